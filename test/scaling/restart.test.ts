/** A restart at any moment never gives fewer pods than no restart. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DefaultedElasticWebSpec } from '../../src/api/types.ts';
import { moments, type Moment, webs } from './arbitrary.ts';
import { later, pass, restarted, type Run, runFrom } from './run.ts';

const next = (run: Run, web: DefaultedElasticWebSpec, moment: Moment): Run =>
  pass(later(run, moment.afterSeconds), web, moment);

/**
 * The first numbers that differ between a syncer that goes on and one that is restarted. Only the first: from then on two worlds have
 * different pods, and of those the tolerance may keep more in the world that had fewer.
 */
function firstDifference(one: Run, other: Run, web: DefaultedElasticWebSpec, after: readonly Moment[]) {
  for (const moment of after) {
    one = next(one, web, moment);
    other = next(other, web, moment);
    if (one.replicas !== other.replicas) return { goesOn: one, restarts: other };
  }
  return undefined;
}

function assertNoFewer(difference: ReturnType<typeof firstDifference>): void {
  if (difference === undefined) return;
  const { goesOn, restarts } = difference;
  const why = `${goesOn.decision?.reason} and ${restarts.decision?.reason}`;
  assert.ok(restarts.replicas >= goesOn.replicas, `${restarts.replicas} pods instead of ${goesOn.replicas}: ${why}`);
}

const before = moments(6).filter((list) => list.length > 0);
const after = moments(6);
const pods = fc.nat({ max: 40 });

test('restart: at any moment', () => {
  fc.assert(
    fc.property(webs, pods, before, after, (web, from, earlier, rest) => {
      const run = earlier.reduce((so, moment) => next(so, web, moment), runFrom(from));

      assertNoFewer(firstDifference(run, restarted(run), web, rest));
    }),
    { numRuns: 300 },
  );
});

/** A syncer that was away cannot know for how long the load was unknown: it takes its fallback later than one that slept meanwhile. */
const withoutFallback = webs.map((web) => ({
  ...web,
  ...(web.autoscaling && { autoscaling: { ...web.autoscaling, fallback: { staleAfterSeconds: 300 } } }),
}));
const awaySeconds = fc.integer({ min: 1, max: 4000 });

test('restart: after nobody watched for a while', () => {
  fc.assert(
    fc.property(withoutFallback, pods, before, after, awaySeconds, (web, from, earlier, rest, seconds) => {
      const run = later(
        earlier.reduce((so, moment) => next(so, web, moment), runFrom(from)),
        seconds,
      );

      assertNoFewer(firstDifference(run, restarted(run), web, rest));
    }),
    { numRuns: 300 },
  );
});

test('restart: again and again', () => {
  fc.assert(
    fc.property(webs, pods, before, after, fc.nat({ max: 5 }), (web, from, earlier, rest, every) => {
      let run = runFrom(from);
      let restless = run;
      for (const [index, moment] of [...earlier, ...rest].entries()) {
        run = next(run, web, moment);
        restless = next(restless, web, moment);
        if (run.replicas !== restless.replicas) break;
        if (index % (every + 1) === 0) restless = restarted(restless);
      }

      assert.ok(restless.replicas >= run.replicas, `${restless.replicas} pods instead of ${run.replicas}`);
    }),
    { numRuns: 300 },
  );
});

test('restart: between the change of the number and the status that tells it', () => {
  // What the pods carried at that change is lost, and with it a longer stride if they prove to be full.
  const withoutSaturation = webs.map((web) => ({
    ...web,
    ...(web.autoscaling && { autoscaling: { ...web.autoscaling, saturation: false } }),
  }));
  fc.assert(
    fc.property(withoutSaturation, pods, before, after, (web, from, [first, ...earlier], rest) => {
      let run = first === undefined ? runFrom(from) : next(runFrom(from), web, first);
      let { told } = run;
      for (const moment of earlier) {
        ({ told } = run);
        run = next(run, web, moment);
      }

      assertNoFewer(firstDifference(run, restarted({ ...run, told }), web, rest));
    }),
    { numRuns: 300 },
  );
});
