/** What happens while the load is unknown: the pods stay, the limits hold, and after a while there is a fallback. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Autoscaling } from '../../src/api/types.ts';
import { decide } from '../../src/scaling/decide.ts';
import { type History, NO_HISTORY } from '../../src/scaling/history.ts';
import { unknown, type UnknownReason } from '../../src/scaling/reading.ts';
import { EXTERNAL, factsOf, load, NO_SERIES, NOW_MS, webOf } from './web.ts';

const reasons: readonly UnknownReason[] = [
  'NoMetricsSource',
  'TooManyQueries',
  'NotReadYet',
  'SourceUnreachable',
  'SourceRefused',
  'SourceFailed',
  'InvalidAnswer',
  'PartialAnswer',
  'StaleAnswer',
  'NoData',
  'NoSeries',
  'InvalidValue',
];

for (const reason of reasons) {
  test(`unknown load: ${reason} keeps the pods and is told`, () => {
    const decision = decide(webOf(), factsOf(7, { reading: unknown(reason, 'why it is unknown') }));

    assert.deepEqual([decision.replicas, decision.reason, decision.qps], [7, reason, undefined]);
    assert.deepEqual(decision.active, { status: false, reason, message: 'why it is unknown' });
    assert.equal(decision.limited?.status, false);
  });
}

/** The load was known until so many seconds ago. */
const knownFor = (secondsAgo: number, more: Partial<History> = {}): History => ({
  ...NO_HISTORY,
  knownMs: NOW_MS - secondsAgo * 1000,
  ...more,
});

interface Row {
  readonly name: string;
  readonly autoscaling: Partial<Autoscaling>;
  readonly secondsAgo?: number;
  readonly history?: Partial<History>;
  readonly ceiling?: number;
  readonly current: number;
  readonly pods: number;
}

const five = { staleAfterSeconds: 120, replicas: 5 };
const rows: readonly Row[] = [
  { name: 'without fallback for ever', autoscaling: {}, secondsAgo: 86_400, current: 3, pods: 3 },
  { name: 'not yet', autoscaling: { fallback: five }, secondsAgo: 120, current: 3, pods: 3 },
  { name: 'up to the fallback', autoscaling: { fallback: five }, current: 3, pods: 5 },
  { name: 'never down', autoscaling: { fallback: five }, current: 9, pods: 9 },
  {
    name: 'down where that is allowed',
    autoscaling: { fallback: { ...five, allowScaleDown: true } },
    current: 9,
    pods: 5,
  },
  {
    name: 'up where down is allowed',
    autoscaling: { fallback: { ...five, allowScaleDown: true } },
    current: 3,
    pods: 5,
  },
  { name: 'at most maxReplicas', autoscaling: { maxReplicas: 4, fallback: five }, current: 3, pods: 4 },
  { name: 'at most what the syncer allows', autoscaling: { fallback: five }, ceiling: 4, current: 3, pods: 4 },
  {
    name: 'at least minReplicas',
    autoscaling: { minReplicas: 7, fallback: { ...five, allowScaleDown: true } },
    current: 9,
    pods: 7,
  },
  {
    name: 'no pods stay no pods',
    autoscaling: { minReplicas: 0, metric: EXTERNAL, fallback: five },
    current: 0,
    pods: 0,
  },
  {
    name: 'a few become none where that is allowed',
    autoscaling: { minReplicas: 0, metric: EXTERNAL, fallback: { ...five, replicas: 0, allowScaleDown: true } },
    current: 2,
    pods: 0,
  },
  {
    name: 'down late after a restart',
    autoscaling: { fallback: { ...five, allowScaleDown: true } },
    history: { sinceMs: NOW_MS - 60_000 },
    ...{ current: 9, pods: 9 },
  },
  {
    name: 'up early after a restart',
    autoscaling: { fallback: five },
    history: { sinceMs: NOW_MS - 60_000 },
    ...{ current: 3, pods: 5 },
  },
];

for (const { name, autoscaling, secondsAgo = 121, history, ceiling = 10_000, current, pods } of rows) {
  test(`fallback: ${name}`, () => {
    const facts = factsOf(current, { history: knownFor(secondsAgo, history), maxReplicas: ceiling });
    const decision = decide(webOf(autoscaling), facts);

    assert.equal(decision.replicas, pods);
    assert.equal(decision.reason, pods === current ? 'NoSeries' : 'Fallback');
    assert.equal(decision.active?.reason, 'NoSeries', 'what the source says is told either way');
  });
}

test('fallback: what was never known is unknown since it was first asked for', () => {
  const web = webOf({ fallback: five });
  const first = decide(web, factsOf(3));
  const before = decide(web, factsOf(3, { history: first.history, nowMs: NOW_MS + 120_000 }));
  const after = decide(web, factsOf(3, { history: before.history, nowMs: NOW_MS + 121_000 }));

  assert.deepEqual([first.replicas, before.replicas, after.replicas], [3, 3, 5]);
});

test('fallback: one known reading starts the time anew', () => {
  const web = webOf({ fallback: five });
  const { history } = decide(web, factsOf(3, { history: knownFor(86_400), reading: load(30) }));

  assert.equal(decide(web, factsOf(3, { history, nowMs: NOW_MS + 120_000 })).replicas, 3);
});

test('unknown load: the first Deployment starts with the declared load', () => {
  const decision = decide(webOf({}, { totalQPS: 72 }), factsOf(undefined));

  assert.deepEqual([decision.replicas, decision.reason], [8, 'FirstDeployment']);
});

const limits = [
  { name: 'a lowered maximum', autoscaling: { maxReplicas: 4 }, current: 9, pods: 4, reason: 'TooManyReplicas' },
  { name: 'a raised minimum', autoscaling: { minReplicas: 12 }, current: 9, pods: 12, reason: 'TooFewReplicas' },
];

for (const { name, autoscaling, current, pods, reason } of limits) {
  test(`unknown load: ${name} holds at once`, () => {
    const decision = decide(webOf(autoscaling), factsOf(current));

    assert.deepEqual([decision.replicas, decision.reason, decision.limited?.status], [pods, reason, true]);
    assert.equal(decision.active?.reason, 'NoSeries');
  });
}

const observed = [
  { name: 'a load that asks for more', reading: load(300), pods: 30, reason: 'DesiredWithinRange' },
  { name: 'a load that asks for fewer', reading: load(30), pods: 3, reason: 'DesiredWithinRange' },
  { name: 'a load beyond the limits', reading: load(9000), pods: 40, reason: 'TooManyReplicas' },
  { name: 'an unknown load', reading: unknown('NoData', 'none'), pods: 10, reason: 'NoData' },
];

for (const { name, reading, pods, reason } of observed) {
  test(`Observe: ${name} changes nothing and is told`, () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    const decision = decide(webOf({ mode: 'Observe', maxReplicas: 40, behavior }), factsOf(10, { reading }));

    assert.deepEqual([decision.replicas, decision.recommendedReplicas, decision.reason], [10, pods, reason]);
  });
}

test('Observe: the first Deployment starts as with Auto', () => {
  assert.equal(decide(webOf({ mode: 'Observe' }, { totalQPS: 72 }), factsOf(undefined)).replicas, 8);
});

test('Observe: a Deployment that somebody deleted comes back with the pods that it had', () => {
  const web = webOf({ mode: 'Observe' }, { totalQPS: 72 });

  for (const reading of [NO_SERIES, load(300)]) {
    assert.equal(decide(web, factsOf(undefined, { reading, decidedReplicas: 30 })).replicas, 30, reading.kind);
    assert.equal(decide(web, factsOf(2, { reading, decidedReplicas: 30 })).replicas, 2, 'what is there stays');
    const ceiling = factsOf(undefined, { reading, decidedReplicas: 30, maxReplicas: 20 });
    assert.equal(decide(web, ceiling).replicas, 20, 'but for the ceiling of the syncer');
  }
});
