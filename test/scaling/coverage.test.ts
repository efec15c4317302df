/** Whether a reading covers its window: a part of the load is never taken for all of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/scaling/decide.ts';
import type { Targets } from '../../src/scaling/reading.ts';
import { NO_HISTORY, withScaling } from '../../src/scaling/history.ts';
import { allOf, EXTERNAL, factsOf, load, NOW_MS, webOf } from './web.ts';

const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };

interface Row {
  readonly name: string;
  readonly type: 'Pods' | 'External';
  readonly qps?: number;
  readonly ready?: number;
  readonly targets: Targets | undefined;
  readonly pods: number;
}

const rows: readonly Row[] = [
  { name: 'all pods are covered', type: 'Pods', targets: { covered: 10, seen: 10, fast: 10 }, pods: 2 },
  { name: 'one ready pod is not', type: 'Pods', targets: { covered: 9, seen: 10, fast: 10 }, pods: 10 },
  { name: 'one ready pod was never seen', type: 'Pods', targets: { covered: 9, seen: 9, fast: 9 }, pods: 10 },
  {
    name: 'none is, since Prometheus is just back',
    type: 'Pods',
    targets: { covered: 0, seen: 10, fast: 10 },
    pods: 10,
  },
  { name: 'none was seen', type: 'Pods', targets: { covered: 0, seen: 0, fast: 0 }, pods: 10 },
  {
    name: 'what is not ready carries nothing',
    type: 'Pods',
    ready: 8,
    targets: { covered: 8, seen: 8, fast: 8 },
    pods: 2,
  },
  { name: 'pods that went are still covered', type: 'Pods', targets: { covered: 12, seen: 12, fast: 10 }, pods: 2 },
  { name: 'upwards a part is enough', type: 'Pods', qps: 200, targets: { covered: 0, seen: 3, fast: 3 }, pods: 20 },
  {
    name: 'where no pod is ready, nothing is served and 0 says nothing',
    type: 'Pods',
    qps: 0,
    ready: 0,
    targets: { covered: 0, seen: 10, fast: 10 },
    pods: 10,
  },
  {
    name: 'nor where all of them are covered',
    type: 'Pods',
    qps: 0,
    ready: 0,
    targets: { covered: 10, seen: 10, fast: 10 },
    pods: 10,
  },
  { name: 'a trace is whole', type: 'Pods', targets: undefined, pods: 2 },
  { name: 'all gateways are covered', type: 'External', targets: { covered: 3, seen: 3, fast: 3 }, pods: 2 },
  { name: 'one gateway is not', type: 'External', targets: { covered: 2, seen: 3, fast: 3 }, pods: 10 },
  { name: 'no gateway was seen', type: 'External', targets: { covered: 0, seen: 0, fast: 0 }, pods: 10 },
  {
    name: 'gateways count whether pods are ready or not',
    type: 'External',
    ready: 0,
    targets: { covered: 3, seen: 3, fast: 3 },
    pods: 2,
  },
];

for (const { name, type, qps = 20, ready = 10, targets, pods } of rows) {
  test(`coverage of ${type}: ${name}`, () => {
    const spec = webOf({ behavior, ...(type === 'External' && { metric: EXTERNAL }) });
    const decision = decide(spec, factsOf(10, { reading: load(qps, targets), readyReplicas: ready }));

    assert.equal(decision.replicas, pods);
    assert.equal(decision.reason, pods === 10 ? 'WindowNotCovered' : 'DesiredWithinRange');
  });
}

test('coverage: what old pods left behind does not shrink the first Deployment', () => {
  const reading = load(3, { covered: 0, seen: 4, fast: 0 });
  const decision = decide(webOf({}, { totalQPS: 500 }), factsOf(undefined, { reading }));

  assert.equal(decision.replicas, 50);
});

test('coverage: what a pod carries is told of those that show it', () => {
  const podQps = (type: object) =>
    decide(webOf(type), factsOf(10, { reading: load(120, { covered: 4, seen: 4, fast: 4 }) })).podQps;

  assert.equal(podQps({}), 30, 'four pods show 120 QPS');
  assert.equal(podQps({ metric: EXTERNAL }), 12, 'four gateways pass 120 QPS on to ten pods');
});

test('coverage: pods that were just added may carry load before they are known to be ready', () => {
  const added = (secondsAgo: number) => {
    const history = withScaling(NO_HISTORY, { atMs: NOW_MS - secondsAgo * 1000, from: 8, to: 10 });
    const facts = factsOf(10, { readyReplicas: 8, reading: load(20, allOf(8)), history });
    return decide(webOf({ behavior }), facts).replicas;
  };
  assert.deepEqual([added(0), added(59), added(60)], [10, 10, 2]);
});
