/** What people are told about a number of pods that is not what the load asks for. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Autoscaling } from '../../src/api/types.ts';
import { decide } from '../../src/scaling/decide.ts';
import type { ScalingFacts } from '../../src/scaling/decision.ts';
import { NO_HISTORY } from '../../src/scaling/history.ts';
import { allOf, factsOf, load, NOW_MS, webOf } from './web.ts';

interface Row {
  readonly name: string;
  readonly autoscaling?: Partial<Autoscaling>;
  readonly current?: number;
  readonly facts: Partial<ScalingFacts>;
  readonly says: readonly [status: boolean, reason: string, message: RegExp];
}

const AT_ONCE = { scaleDown: { stabilizationWindowSeconds: 0 } };
/** The load asked for ten pods a moment ago. */
const TEN = { ...NO_HISTORY, recommendations: [{ atMs: NOW_MS - 5_000, replicas: 10 }] };
const ONE = { ...NO_HISTORY, recommendations: [{ atMs: NOW_MS - 5_000, replicas: 1 }] };

const rows: readonly Row[] = [
  {
    name: 'what the load asks for',
    facts: { reading: load(100), history: TEN },
    says: [false, 'DesiredWithinRange', /within the limits$/],
  },
  {
    name: 'a little more than it asks for, which the tolerance allows',
    facts: { reading: load(91), history: TEN },
    says: [false, 'DesiredWithinRange', /within the limits$/],
  },
  {
    name: 'pods that were needed a moment ago',
    facts: { reading: load(30), history: TEN },
    says: [false, 'ScaleDownStabilized', /^fewer pods would do now and then; they go when fewer did for 300 s on end$/],
  },
  {
    name: 'pods that were needed a moment ago, with a window of its own',
    autoscaling: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } },
    facts: { reading: load(30), history: TEN },
    says: [false, 'ScaleDownStabilized', /they go when fewer did for 60 s on end$/],
  },
  {
    name: 'pods that are needed only since a moment',
    autoscaling: { behavior: { scaleUp: { stabilizationWindowSeconds: 30 } } },
    current: 1,
    facts: { reading: load(100), history: ONE },
    says: [false, 'ScaleUpStabilized', /^more pods are needed now and then; they come when more were for 30 s on end$/],
  },
  {
    name: 'pods of which some have no samples',
    autoscaling: { behavior: AT_ONCE },
    facts: { reading: load(30, { ...allOf(10), covered: 9 }), history: TEN },
    says: [false, 'WindowNotCovered', /samples do not cover the whole window of all pods/],
  },
  {
    name: 'pods after a jump',
    autoscaling: { behavior: AT_ONCE },
    facts: { reading: load(30), history: { ...TEN, jumpedMs: NOW_MS - 1_000 }, stableWindowMs: 90_000 },
    says: [false, 'AfterJump', /no pod goes for 90 s$/],
  },
  {
    name: 'pods that a new syncer found',
    autoscaling: { behavior: AT_ONCE },
    facts: { reading: load(30), history: { ...TEN, sinceMs: NOW_MS - 1_000 } },
    says: [false, 'JustStarted', /has not watched the load for a whole window yet/],
  },
  {
    name: 'pods that were needed a moment ago, and could not go anyway',
    autoscaling: { minReplicas: 10 },
    facts: { reading: load(99), history: TEN },
    says: [false, 'DesiredWithinRange', /within the limits$/],
  },
  {
    name: 'no more than maxReplicas',
    autoscaling: { maxReplicas: 10 },
    facts: { reading: load(110) },
    says: [true, 'TooManyReplicas', /than spec\.autoscaling\.maxReplicas 10 allows$/],
  },
  {
    name: 'no more than the syncer allows',
    facts: { reading: load(110), maxReplicas: 10 },
    says: [true, 'TooManyReplicas', /than the syncer's --max-replicas 10 allows$/],
  },
];

for (const { name, autoscaling, current = 10, facts, says } of rows) {
  test(`ScalingLimited: ${name}`, () => {
    const { limited } = decide(webOf(autoscaling), factsOf(current, facts));

    assert.deepEqual([limited?.status, limited?.reason], says.slice(0, 2));
    assert.match(limited?.message ?? '', says[2]);
  });
}

const fallback = { staleAfterSeconds: 120, replicas: 30 };
const longUnknown = { ...NO_HISTORY, knownMs: NOW_MS - 121_000 };

for (const { name, current, ceiling = 10_000, message } of [
  { name: 'above maxReplicas', current: 5, message: /^spec\.autoscaling\.fallback\.replicas 30 is more than spec\.autoscaling\.maxReplicas 20 allows$/ }, // prettier-ignore
  { name: 'above what the syncer allows', current: 5, ceiling: 9, message: /30 is more than the syncer's --max-replicas 9 allows$/ }, // prettier-ignore
  { name: 'above maxReplicas, as long as it holds', current: 20, message: /fallback\.replicas 30 is more/ },
]) {
  test(`ScalingLimited: a fallback ${name} is told as cut`, () => {
    const facts = factsOf(current, { history: longUnknown, maxReplicas: ceiling });
    const { replicas, limited, why } = decide(webOf({ maxReplicas: 20, fallback }), facts);

    assert.equal(replicas, Math.min(20, ceiling));
    assert.deepEqual([limited?.status, limited?.reason], [true, 'TooManyReplicas']);
    assert.match(limited?.message ?? '', message);
    if (current < replicas) assert.match(why, /fallback, but no more than maxReplicas$/);
  });
}

test('ScalingLimited: a fallback within the limits is no limit, nor is one whose time has not come', () => {
  const within = decide(webOf({ maxReplicas: 30, fallback }), factsOf(5, { history: longUnknown }));
  const early = decide(
    webOf({ maxReplicas: 20, fallback }),
    factsOf(5, { history: { ...longUnknown, knownMs: NOW_MS } }),
  );

  assert.deepEqual([within.replicas, within.limited?.status], [30, false]);
  assert.deepEqual([early.replicas, early.limited?.status], [5, false]);
});
