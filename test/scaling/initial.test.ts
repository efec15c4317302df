/** How many pods an ElasticWeb gets before anything was measured. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { validateSpec } from '../../src/api/validate.ts';
import type { DefaultedElasticWebSpec } from '../../src/api/types.ts';
import { DEFAULT_MAX_REPLICAS, initialReplicas } from '../../src/scaling/initial.ts';

function spec(fields: object): DefaultedElasticWebSpec {
  const validation = validateSpec({ image: 'nginx', port: 80, podPort: 80, singlePodQPS: 500, ...fields }, 'shop');
  assert.ok(validation.kind === 'valid', JSON.stringify(validation));
  return validation.resource.spec;
}

const external = { type: 'External', matchLabels: { app: 'shop' } };

const rows = [
  { name: 'without any load it is 1', fields: {}, pods: 1 },
  { name: 'a partial pod rounds up', fields: { totalQPS: 700 }, pods: 2 },
  { name: 'a declared load of 0 needs no pods', fields: { totalQPS: 0 }, pods: 0 },
  { name: 'replicas come before the declared load', fields: { totalQPS: 700, replicas: 7 }, pods: 7 },
  { name: 'replicas may be 0', fields: { totalQPS: 700, replicas: 0 }, pods: 0 },
  { name: 'replicas come before autoscaling', fields: { replicas: 30, autoscaling: { maxReplicas: 20 } }, pods: 30 },
  { name: 'autoscaling starts with 1', fields: { autoscaling: { maxReplicas: 20 } }, pods: 1 },
  {
    name: 'autoscaling starts with the declared load',
    fields: { totalQPS: 700, autoscaling: { maxReplicas: 20 } },
    pods: 2,
  },
  {
    name: 'autoscaling keeps its floor',
    fields: { totalQPS: 700, autoscaling: { minReplicas: 5, maxReplicas: 20 } },
    pods: 5,
  },
  { name: 'autoscaling keeps its ceiling', fields: { totalQPS: 70_000, autoscaling: { maxReplicas: 20 } }, pods: 20 },
  {
    name: 'autoscaling takes a declared 0 for unknown',
    fields: { totalQPS: 0, autoscaling: { maxReplicas: 20 } },
    pods: 1,
  },
  {
    name: 'autoscaling that may go down to 0 still starts with 1',
    fields: { totalQPS: 0, autoscaling: { minReplicas: 0, maxReplicas: 20, metric: external } },
    pods: 1,
  },
  {
    name: 'observing starts the same',
    fields: { totalQPS: 0, autoscaling: { mode: 'Observe', maxReplicas: 20 } },
    pods: 1,
  },
  { name: 'suspend does not change the number', fields: { totalQPS: 700, suspend: true }, pods: 2 },
  {
    name: 'the ceiling of the syncer holds for a huge load',
    fields: { totalQPS: 2_147_483_647, singlePodQPS: 1 },
    pods: 10_000,
  },
  { name: 'the ceiling of the syncer holds for replicas', fields: { replicas: 2_147_483_647 }, pods: 10_000 },
  { name: 'a lower ceiling of the syncer', fields: { replicas: 30 }, maxReplicas: 25, pods: 25 },
  {
    name: 'a ceiling below the floor wins',
    fields: { autoscaling: { minReplicas: 5, maxReplicas: 20 } },
    maxReplicas: 3,
    pods: 3,
  },
];
for (const { name, fields, maxReplicas, pods } of rows) {
  test(`initialReplicas: ${name}`, () => {
    assert.equal(initialReplicas(spec(fields), maxReplicas), pods);
  });
}

test('initialReplicas: it is a whole number from 0 to the ceiling, and with autoscaling within its limits', () => {
  const int32 = fc.oneof(fc.nat(20), fc.nat(2_147_483_647));
  const fields = fc.record(
    { totalQPS: int32, replicas: int32, singlePodQPS: int32.map((qps) => Math.max(qps, 1)) },
    { requiredKeys: ['singlePodQPS'] },
  );
  const limits = fc.option(fc.tuple(int32, int32).map((pair) => pair.map((n) => Math.max(n, 1)).sort((a, b) => a - b)));
  fc.assert(
    fc.property(fields, limits, (fields, range) => {
      const [minReplicas = 1, maxReplicas = 1] = range ?? [];
      const autoscaling = range === null ? {} : { autoscaling: { minReplicas, maxReplicas } };
      const pods = initialReplicas(spec({ ...fields, ...autoscaling }));
      assert.ok(Number.isInteger(pods) && pods >= 0 && pods <= DEFAULT_MAX_REPLICAS);
      if (range === null || fields.replicas !== undefined) return;
      assert.ok(pods <= maxReplicas && pods >= Math.min(minReplicas, DEFAULT_MAX_REPLICAS));
    }),
  );
});
