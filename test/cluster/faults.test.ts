/** A syncer that is killed, or whose calls go wrong, in the middle of its work: the end is as if nothing had happened. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAULTS, type Interference } from '../faults/fault.ts';
import { plan } from '../faults/plans.ts';
import { learn, tryOut } from '../faults/reference.ts';
import { runStory } from '../faults/run.ts';
import { changed, created, scaled } from '../faults/story.ts';
import { useWorld } from './world.ts';

const WRITES = [
  'APPLY deployments shop/web',
  'APPLY services shop/web',
  'PATCH services shop/web-metrics',
  'PATCH elasticwebs/status shop/web',
];

/** The most telling of the plans of `npm run test:faults`, which goes through all of them. */
const plans = [
  ...WRITES.flatMap((write) => [plan(write, 1, 'killed before'), plan(write, 1, 'killed after')]),
  plan('APPLY deployments shop/web', 2, 'response lost'),
  plan('APPLY deployments shop/web', 2, 'answered 409'),
  plan('PATCH elasticwebs/status shop/web', 1, 'answered 500'),
  plan('WATCH elasticwebs shop', 1, 'connection reset'),
];

const home = await useWorld();
const reference = await learn(home, [created, changed], 2);

describe('although one call goes wrong', { concurrency: 4 }, () => {
  for (const plan of plans) {
    test(`the story ends as it should: ${plan.name}`, async () => {
      await tryOut(home, plan, reference);
    });
  }

  test('a conflict on the status is no reason to forget the ElasticWeb', async () => {
    await tryOut(home, plan('PATCH elasticwebs/status shop/web', 1, 'answered 409'), reference);
  });

  for (const fault of ['killed before', 'answered 500'] as const) {
    test(`when pods were added is known, although the next status is ${fault}`, async () => {
      const { end } = await runStory(home, [created, scaled], statusAfterScaling(fault));

      const { status } = end['ElasticWeb web'] as { status: { lastScaleTime?: unknown } };
      assert.ok(status.lastScaleTime);
    });
  }
});

/** It happens to the first status that is written after the number of pods was changed. */
function statusAfterScaling(fault: keyof typeof FAULTS): Interference {
  let next: 'scaling' | 'status' | 'nothing' = 'scaling';
  return ({ signature, occurrence, resource }) => {
    if (signature === 'APPLY deployments shop/web' && occurrence === 2) next = 'status';
    if (next !== 'status' || resource !== 'elasticwebs/status') return undefined;
    next = 'nothing';
    return FAULTS[fault];
  };
}
