/** How a change of an object is shown. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutGiven } from '../../../src/cli/diff/shown.ts';
import { diffLines } from '../../../src/cli/diff/text.ts';
import type { KubeObject, ObjectMeta } from '../../../src/kube/resource.ts';

const object = (spec: object, metadata: Partial<ObjectMeta> = {}, fields: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop', ...metadata },
  ...{ spec, ...fields },
});
const plain = { color: false };

test('a changed field is shown with what stands around it, in the order of the alphabet', () => {
  const before = object({ type: 'ClusterIP', ports: [{ port: 80 }] });
  const after = object({ ports: [{ port: 81 }], type: 'ClusterIP' });
  assert.deepEqual(diffLines({ object: 'Service shop', before, after }, plain), [
    '--- Service shop',
    '+++ Service shop',
    '@@ -4,5 +4,5 @@',
    '   name: shop',
    ' spec:',
    '   ports:',
    '-    - port: 80',
    '+    - port: 81',
    '   type: ClusterIP',
  ]);
});

test('what is made or removed stands against /dev/null', () => {
  const one = object({});
  const made = diffLines({ object: 'Service shop', before: undefined, after: one }, plain);
  const removed = diffLines({ object: 'Service shop', before: one, after: undefined }, plain);
  assert.deepEqual(made.slice(0, 4), ['--- /dev/null', '+++ Service shop', '@@ -0,0 +1,5 @@', '+apiVersion: v1']);
  assert.deepEqual(removed.slice(0, 4), ['--- Service shop', '+++ /dev/null', '@@ -1,5 +0,0 @@', '-apiVersion: v1']);
});

test('what the API server keeps for itself is no difference', () => {
  const before = object(
    { type: 'ClusterIP' },
    {
      uid: 'a',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{ manager: 'x' }],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    { status: { loadBalancer: {} } },
  );
  assert.deepEqual(diffLines({ object: 'Service shop', before, after: object({ type: 'ClusterIP' }) }, plain), []);
});

test('an owner is shown without its uid: that of one that is not stored yet is a dry run’s', () => {
  const owner = { apiVersion: 'v1', kind: 'ElasticWeb', name: 'shop', controller: true };
  const owned = (uid: string) => object({}, { ownerReferences: [{ ...owner, uid }] });
  assert.deepEqual(diffLines({ object: 'x', before: owned('a'), after: owned('b') }, plain), []);
  const stripped = diffLines({ object: 'x', before: object({}), after: owned('b') }, plain);
  assert.ok(stripped.includes('+      name: shop'), stripped.join('\n'));
});

test('colors: what goes is red, what comes is green', () => {
  const lines = diffLines({ object: 'x', before: object({ a: 1 }), after: object({ a: 2 }) }, { color: true });
  assert.ok(lines.includes('\u001b[31m-  a: 1\u001b[0m'), JSON.stringify(lines));
  assert.ok(lines.includes('\u001b[32m+  a: 2\u001b[0m'));
  assert.ok(lines.includes(' spec:'), 'what stays has no color');
});

test('text of others cannot steer the terminal', () => {
  const lines = diffLines({ object: 'x\u001b[2J', before: undefined, after: object({ a: '\u001b[2J\u202e' }) }, plain);
  assert.deepEqual(
    lines.filter((line) => line.includes('\u001b') || line.includes('\u202e')),
    [],
  );
});

test('addresses and node ports that Kubernetes would give out are not foretold', () => {
  const given = { clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'], ports: [{ port: 80, nodePort: 30123 }] };
  assert.deepEqual(withoutGiven(object(given), undefined, []), object({ ports: [{ port: 80 }] }));
  assert.deepEqual(withoutGiven(object(given), undefined, [30123]), object({ ports: given.ports }));
  assert.deepEqual(withoutGiven(object(given), object(given), []), object(given));
});
