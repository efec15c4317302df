/** The one formula of the requirements: how many pods a declared load needs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { declaredReplicas } from '../../src/api/declared-load.ts';

const INT32_MAX = 2_147_483_647;

const rows = [
  { name: '700 QPS at 500 a pod, as the requirements have it', totalQPS: 700, singlePodQPS: 500, pods: 2 },
  { name: '10 QPS at 50 a pod, as their second resource has it', totalQPS: 10, singlePodQPS: 50, pods: 1 },
  { name: 'a load that pods divide evenly', totalQPS: 1000, singlePodQPS: 500, pods: 2 },
  { name: 'one request more than that', totalQPS: 1001, singlePodQPS: 500, pods: 3 },
  { name: 'one request less', totalQPS: 999, singlePodQPS: 500, pods: 2 },
  { name: 'no load at all', totalQPS: 0, singlePodQPS: 500, pods: 0 },
  { name: 'no declared load', totalQPS: undefined, singlePodQPS: 500, pods: 1 },
  { name: 'a pod that serves more than all', totalQPS: 1, singlePodQPS: INT32_MAX, pods: 1 },
  { name: 'as many pods as requests', totalQPS: INT32_MAX, singlePodQPS: 1, pods: INT32_MAX },
  { name: 'the largest numbers', totalQPS: INT32_MAX, singlePodQPS: INT32_MAX, pods: 1 },
  { name: 'nearly one pod too many', totalQPS: INT32_MAX, singlePodQPS: INT32_MAX - 1, pods: 2 },
] as const;
for (const { name, totalQPS, singlePodQPS, pods } of rows) {
  test(`declared load: ${name}`, () => {
    assert.equal(declaredReplicas({ singlePodQPS, ...(totalQPS !== undefined && { totalQPS }) }), pods);
  });
}

test('declared load: the division is exact for every pair of int32', () => {
  const totalQPS = fc.integer({ min: 0, max: INT32_MAX });
  const singlePodQPS = fc.oneof(fc.integer({ min: 1, max: INT32_MAX }), fc.integer({ min: 1, max: 1000 }));
  // Random pairs hardly ever divide evenly; these do, or miss it by one.
  const nearlyEven = fc
    .tuple(singlePodQPS, fc.nat({ max: 1000 }), fc.integer({ min: -1, max: 1 }))
    .map(([single, pods, extra]) => [Math.min(Math.max(single * pods + extra, 0), INT32_MAX), single] as const);
  fc.assert(
    fc.property(fc.oneof(fc.tuple(totalQPS, singlePodQPS), nearlyEven), ([total, single]) => {
      const exact = (BigInt(total) + BigInt(single) - 1n) / BigInt(single);
      assert.equal(BigInt(declaredReplicas({ totalQPS: total, singlePodQPS: single })), exact);
    }),
    { numRuns: 2000 },
  );
});
