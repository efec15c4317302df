/** How many pods a measured load gets at once: the formula, the tolerances, both windows and the limits. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Autoscaling } from '../../src/api/types.ts';
import { decide } from '../../src/scaling/decide.ts';
import type { Measured } from '../../src/scaling/reading.ts';
import { allOf, EXTERNAL, factsOf, load, webOf } from './web.ts';

interface Row {
  readonly name: string;
  readonly autoscaling?: Partial<Autoscaling>;
  readonly single?: number;
  readonly current: number;
  readonly reading: Measured;
  readonly ceiling?: number;
  readonly pods: number;
  readonly reason: string;
}

const fits = 'DesiredWithinRange';
/** Down at once, so that a single decision shows what the load asks for. */
const noWindow = { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } };
const toZero = { minReplicas: 0, metric: EXTERNAL, ...noWindow };
const reading = (stableQps: number | undefined, fastQps: number | undefined, pods = 0): Measured => ({
  ...{ kind: 'measured', stableQps, fastQps },
  targets: pods === 0 ? undefined : allOf(pods),
});

const rows: readonly Row[] = [
  { name: 'one more for one request more', current: 50, reading: load(501), pods: 51, reason: fits },
  { name: 'no tolerance upwards', current: 50, reading: load(500.001), pods: 51, reason: fits },
  { name: 'as many as the load needs', current: 3, reading: load(30), pods: 3, reason: fits },
  { name: 'dust is no request', current: 3, reading: load(30.000000001), pods: 3, reason: fits },
  { name: 'nor at 1 QPS a pod', single: 1, current: 30, reading: load(30.000000001), pods: 30, reason: fits },
  { name: 'nor where sums are not exact', single: 1, current: 3, reading: load(0.1 * 3 * 10), pods: 3, reason: fits },
  {
    name: 'nor among thousands',
    single: 1,
    autoscaling: { maxReplicas: 10_000 },
    current: 9000,
    reading: load(9000 * (1 + 1e-12)),
    pods: 9000,
    reason: fits,
  },
  {
    name: '9 % less is nothing',
    autoscaling: noWindow,
    current: 100,
    reading: load(910),
    pods: 100,
    reason: 'WithinTolerance',
  },
  {
    name: '10 % less is nothing',
    autoscaling: noWindow,
    current: 100,
    reading: load(900),
    pods: 100,
    reason: 'WithinTolerance',
  },
  { name: '11 % less is fewer', autoscaling: noWindow, current: 100, reading: load(890), pods: 89, reason: fits },
  { name: 'the fast window shows a rise', current: 10, reading: reading(100, 300), pods: 30, reason: fits },
  { name: 'the stable window shows more', current: 10, reading: reading(300, 100), pods: 30, reason: fits },
  { name: 'up with the fast window alone', current: 10, reading: reading(undefined, 300), pods: 30, reason: fits },
  { name: 'up with the stable window alone', current: 10, reading: reading(300, undefined), pods: 30, reason: fits },
  {
    name: 'down with the larger one',
    autoscaling: noWindow,
    current: 10,
    reading: reading(20, 40),
    pods: 4,
    reason: fits,
  },
  {
    name: 'down with the stable window alone',
    autoscaling: noWindow,
    current: 10,
    reading: reading(20, undefined),
    pods: 2,
    reason: fits,
  },
  {
    name: 'not down with the fast one alone',
    autoscaling: noWindow,
    current: 10,
    reading: reading(undefined, 20),
    pods: 10,
    reason: 'WindowNotCovered',
  },
  {
    name: 'a real 0 is no load',
    autoscaling: noWindow,
    current: 10,
    reading: reading(0, 0, 10),
    pods: 1,
    reason: 'TooFewReplicas',
  },
  { name: 'a flood stops at maxReplicas', current: 1, reading: load(1e18), pods: 1000, reason: 'TooManyReplicas' },
  {
    name: 'the largest number stops there',
    single: 1,
    current: 1,
    reading: load(Number.MAX_VALUE),
    pods: 1000,
    reason: 'TooManyReplicas',
  },
  {
    name: 'the smallest number is no load',
    autoscaling: toZero,
    current: 5,
    reading: load(1e-300),
    pods: 0,
    reason: fits,
  },
  {
    name: 'never below minReplicas',
    autoscaling: { minReplicas: 4, ...noWindow },
    current: 9,
    reading: load(5),
    pods: 4,
    reason: 'TooFewReplicas',
  },
  {
    name: 'the ceiling of the syncer',
    current: 5,
    reading: load(5000),
    ceiling: 40,
    pods: 40,
    reason: 'TooManyReplicas',
  },
  {
    name: 'the ceiling below minReplicas',
    autoscaling: { minReplicas: 50 },
    current: 60,
    reading: load(5000),
    ceiling: 40,
    pods: 40,
    reason: 'TooManyReplicas',
  },
  {
    name: 'the ceiling below minReplicas, without load',
    autoscaling: { minReplicas: 50 },
    current: 60,
    reading: load(0),
    ceiling: 40,
    pods: 40,
    reason: 'ScaleDownStabilized',
  },
  { name: 'no pods for no load', autoscaling: toZero, current: 3, reading: load(0), pods: 0, reason: fits },
  { name: 'none stay none', autoscaling: toZero, current: 0, reading: load(0), pods: 0, reason: fits },
  { name: 'the first request wakes one', autoscaling: toZero, current: 0, reading: load(0.02), pods: 1, reason: fits },
  {
    name: 'a flood wakes as many as it needs',
    autoscaling: toZero,
    current: 0,
    reading: load(120),
    pods: 12,
    reason: fits,
  },
  {
    name: 'from none by percent',
    autoscaling: {
      ...toZero,
      behavior: { scaleUp: { policies: [{ type: 'Percent', value: 50, periodSeconds: 15 }] } },
    },
    current: 0,
    reading: load(120),
    pods: 1,
    reason: 'ScaleUpLimit',
  },
  {
    name: 'a tolerance upwards that was asked for',
    autoscaling: { behavior: { scaleUp: { tolerance: '50m' } } },
    current: 100,
    reading: load(1050),
    pods: 100,
    reason: 'WithinTolerance',
  },
  {
    name: 'and above it',
    autoscaling: { behavior: { scaleUp: { tolerance: '50m' } } },
    current: 100,
    reading: load(1051),
    pods: 106,
    reason: fits,
  },
  {
    name: 'no tolerance downwards',
    autoscaling: { behavior: { scaleDown: { stabilizationWindowSeconds: 0, tolerance: 0 } } },
    current: 100,
    reading: load(990),
    pods: 99,
    reason: fits,
  },
];

for (const { name, autoscaling, single = 10, current, reading, ceiling = 10_000, pods, reason } of rows) {
  test(`load: ${name}`, () => {
    const decision = decide(
      webOf(autoscaling, { singlePodQPS: single }),
      factsOf(current, { reading, maxReplicas: ceiling }),
    );

    assert.equal(decision.replicas, pods);
    assert.equal(decision.reason, reason);
    assert.deepEqual([decision.active?.status, decision.active?.reason], [true, 'ValidMetricFound']);
  });
}

test('load: pods that a rollout adds for a while are no capacity', () => {
  const decision = decide(webOf(), factsOf(10, { readyReplicas: 13, reading: load(105, allOf(13)) }));

  assert.equal(decision.replicas, 11, 'what the Deployment asks for counts, not what its status says');
});

test('load: of two limits, the one that holds is told', () => {
  const limitedBy = (maxReplicas: number) =>
    decide(webOf({ maxReplicas: 50 }), factsOf(5, { reading: load(5000), maxReplicas })).limited?.message ?? '';

  assert.match(limitedBy(40), /--max-replicas 40/);
  assert.match(limitedBy(60), /spec\.autoscaling\.maxReplicas 50/);
});

test('load: a decision says what it rests on', () => {
  const decision = decide(webOf(), factsOf(10, { reading: load(345.67, allOf(10)) }));

  assert.deepEqual([decision.qps, decision.podQps, decision.why], [345.67, 34.567, '345.67 QPS at 10 a pod']);
});
