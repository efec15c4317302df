/** How an ElasticWeb was applied before, and the patch by which kubectl apply would apply it again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergePatchFor, wayOf } from '../../../src/cli/diff/way.ts';
import type { KubeObject, ObjectMeta } from '../../../src/kube/resource.ts';

const web = (metadata: Partial<ObjectMeta>): KubeObject => ({
  apiVersion: 'elasticweb.example.com/v1',
  kind: 'ElasticWeb',
  metadata: { name: 'shop', ...metadata },
});
const remembering = (content: string) => ({ 'kubectl.kubernetes.io/last-applied-configuration': content });
const apply = (manager: string, time: string) => ({ manager, operation: 'Apply', time });

const rows: readonly { name: string; live: KubeObject | undefined; way: ReturnType<typeof wayOf> }[] = [
  { name: 'there is none', live: undefined, way: { kind: 'create' } },
  {
    name: 'somebody applied it server-side',
    live: web({ managedFields: [apply('flux', '2026-01-01T00:00:00Z')] }),
    way: { kind: 'server-side', fieldManager: 'flux' },
  },
  {
    name: 'two did, and the later one counts',
    live: web({ managedFields: [apply('flux', '2026-01-02T00:00:00Z'), apply('kubectl', '2026-01-03T00:00:00Z')] }),
    way: { kind: 'server-side', fieldManager: 'kubectl' },
  },
  {
    name: 'the status is not what it was made from',
    live: web({ managedFields: [{ ...apply('syncer', '2026-01-02T00:00:00Z'), subresource: 'status' }] }),
    way: { kind: 'merge', lastApplied: {} },
  },
  {
    name: 'kubectl apply remembers what it applied',
    live: web({ annotations: remembering('{"spec":{"totalQPS":7}}') }),
    way: { kind: 'merge', lastApplied: { spec: { totalQPS: 7 } } },
  },
  {
    name: 'what is no JSON is no memory',
    live: web({ annotations: remembering('{') }),
    way: { kind: 'merge', lastApplied: {} },
  },
];
for (const { name, live, way } of rows) {
  test(`wayOf: ${name}`, () => assert.deepEqual(wayOf(live), way));
}

test('mergePatchFor: what was applied and is applied no longer is removed, at any depth', () => {
  const before = { spec: { totalQPS: 7, image: 'a', service: { a: 1, b: 2 }, args: ['x', 'y'] } };
  const wanted = { spec: { image: 'b', service: { b: 2 }, args: ['y'] } };
  assert.deepEqual(mergePatchFor(before, wanted), {
    spec: { totalQPS: null, image: 'b', service: { a: null, b: 2 }, args: ['y'] },
  });
});

test('mergePatchFor: what others have set is not touched', () => {
  assert.deepEqual(mergePatchFor({}, { spec: { image: 'b' } }), { spec: { image: 'b' } });
});
