/** How many pods an ElasticWeb runs, and why. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DefaultedElasticWebSpec } from '../../src/api/types.ts';
import { validateSpec } from '../../src/api/validate.ts';
import { decide } from '../../src/scaling/decide.ts';
import { NO_HISTORY } from '../../src/scaling/history.ts';
import { unknown } from '../../src/scaling/reading.ts';

function spec(fields: object): DefaultedElasticWebSpec {
  const validation = validateSpec({ image: 'nginx', port: 80, podPort: 80, singlePodQPS: 500, ...fields }, 'shop');
  assert.ok(validation.kind === 'valid', JSON.stringify(validation));
  return validation.resource.spec;
}

const auto = (fields: object) => ({ autoscaling: { maxReplicas: 20, ...fields } });

const rows = [
  { name: 'without any load it is 1', fields: {}, current: undefined, pods: 1 },
  { name: 'the declared load needs ceil(totalQPS / singlePodQPS)', fields: { totalQPS: 700 }, current: 9, pods: 2 },
  { name: 'no declared load needs no pods', fields: { totalQPS: 0 }, current: 9, pods: 0 },
  {
    name: 'a number set by hand comes first',
    fields: { totalQPS: 700, replicas: 7, ...auto({}) },
    current: 1,
    pods: 7,
    active: 'ManualOverride',
  },
  {
    name: 'by hand it may be 0',
    fields: { totalQPS: 700, replicas: 0 },
    current: 5,
    pods: 0,
    active: 'ManualOverride',
  },
  {
    name: 'an unknown load keeps the pods that there are',
    fields: { totalQPS: 5000, ...auto({}) },
    current: 4,
    pods: 4,
    active: 'NoMetricsSource',
  },
  {
    name: 'without pods, an unknown load obeys the minimum',
    fields: auto({ minReplicas: 1 }),
    current: 0,
    pods: 1,
    active: 'NoMetricsSource',
    limited: 'TooFewReplicas',
  },
  {
    name: 'an unknown load obeys a lowered maximum',
    fields: auto({ maxReplicas: 3 }),
    current: 9,
    pods: 3,
    active: 'NoMetricsSource',
    limited: 'TooManyReplicas',
  },
  {
    name: 'an unknown load obeys a raised minimum',
    fields: auto({ minReplicas: 5 }),
    current: 2,
    pods: 5,
    active: 'NoMetricsSource',
    limited: 'TooFewReplicas',
  },
  {
    name: 'Observe changes nothing, not even to keep its own limits',
    fields: auto({ mode: 'Observe', minReplicas: 5, maxReplicas: 9 }),
    current: 2,
    pods: 2,
    active: 'NoMetricsSource',
    limited: 'TooFewReplicas',
  },
  {
    name: 'the first Deployment starts with the declared load',
    fields: { totalQPS: 1500, ...auto({}) },
    current: undefined,
    pods: 3,
    active: 'NoMetricsSource',
  },
  {
    name: 'the ceiling of the syncer stands above all',
    fields: { replicas: 500 },
    current: 1,
    pods: 100,
    active: 'ManualOverride',
    limited: 'TooManyReplicas',
  },
  {
    name: 'also above the declared load',
    fields: { totalQPS: 500_000 },
    current: 1,
    pods: 100,
    limited: 'TooManyReplicas',
  },
  {
    name: 'the ceiling itself is no limit',
    fields: { replicas: 100 },
    current: 1,
    pods: 100,
    active: 'ManualOverride',
  },
  {
    name: 'the largest numbers there are',
    fields: { totalQPS: 2 ** 31 - 1, singlePodQPS: 1 },
    current: 1,
    pods: 100,
    limited: 'TooManyReplicas',
  },
];

const FACTS = {
  object: 'shop -n blog',
  maxReplicas: 100,
  readyReplicas: 0,
  reading: unknown('NoMetricsSource', 'there is no Prometheus'),
  history: NO_HISTORY,
  nowMs: 0,
  stableWindowMs: 60_000,
};

for (const { name, fields, current, pods, active, limited } of rows) {
  test(`decide: ${name}`, () => {
    const decision = decide(spec(fields), { ...FACTS, currentReplicas: current });

    assert.equal(decision.replicas, pods);
    assert.equal(decision.active?.reason, active);
    assert.equal(decision.active?.status ?? false, false, 'the load is not known');
    assert.equal(decision.limited?.status === true ? decision.limited.reason : undefined, limited);
  });
}

test('decide: a number by hand says how to hand it back', () => {
  const { active } = decide(spec({ replicas: 3 }), { ...FACTS, currentReplicas: 1 });

  assert.match(active?.message ?? '', /sets 3 by hand; remove it .*kubectl patch ew shop -n blog .*"replicas":null/);
});

test('decide: always a whole number from 0 to the ceiling', () => {
  const int32 = (max = 2 ** 31 - 1) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.record({ totalQPS: int32(), replicas: int32(), singlePodQPS: fc.integer({ min: 1, max: 2 ** 31 - 1 }) }),
      fc.option(fc.record({ minReplicas: fc.integer({ min: 1, max: 50 }), maxReplicas: fc.integer({ min: 50 }) }), {
        nil: undefined,
      }),
      int32(),
      fc.integer({ min: 1, max: 20_000 }),
      (fields, autoscaling, currentReplicas, maxReplicas) => {
        const { replicas } = decide(spec({ ...fields, autoscaling }), {
          ...FACTS,
          currentReplicas,
          maxReplicas,
        });

        assert.ok(Number.isInteger(replicas) && replicas >= 0 && replicas <= maxReplicas, String(replicas));
      },
    ),
  );
});
