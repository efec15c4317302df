import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ResourceType, describeTarget, keyOf, parseKey, resourcePath } from '../../src/kube/resource.ts';
import { isNotNewer, isOlder } from '../../src/kube/resource-version.ts';

const deployments: ResourceType = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
const services: ResourceType = { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true };
const nodes: ResourceType = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

const paths = [
  [deployments, { namespace: 'shop', name: 'web' }, '/apis/apps/v1/namespaces/shop/deployments/web'],
  [
    deployments,
    { namespace: 'shop', name: 'web', subresource: 'status' },
    '/apis/apps/v1/namespaces/shop/deployments/web/status',
  ],
  [deployments, { namespace: 'shop' }, '/apis/apps/v1/namespaces/shop/deployments'],
  [deployments, {}, '/apis/apps/v1/deployments'],
  [services, { namespace: 'shop', name: 'web' }, '/api/v1/namespaces/shop/services/web'],
  [nodes, { name: 'n1' }, '/api/v1/nodes/n1'],
  [nodes, { namespace: 'ignored', name: 'n1' }, '/api/v1/nodes/n1'],
] as const;
for (const [type, target, path] of paths) {
  test(`${describeTarget(type, target)} is served at ${path}`, () => assert.equal(resourcePath(type, target), path));
}

test('a name never leads out of its namespace', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      fc.pre(name !== '.' && name !== '..' && name.isWellFormed());
      const path = resourcePath(deployments, { namespace: 'shop', name });
      const parsed = new URL(path, 'https://server').pathname;
      assert.equal(parsed.split('/').length, 8);
      assert.ok(parsed.startsWith('/apis/apps/v1/namespaces/shop/deployments/'));
      assert.equal(decodeURIComponent(parsed.slice(parsed.lastIndexOf('/') + 1)), name);
    }),
  );
  for (const name of ['', '.', '..']) {
    assert.throws(() => resourcePath(deployments, { namespace: 'shop', name }), RangeError);
    assert.throws(() => resourcePath(deployments, { namespace: name, name: 'web' }), RangeError);
  }
});

test('an object of a namespaced type is not looked for without its namespace', () => {
  assert.throws(() => resourcePath(deployments, { name: 'web' }), /Deployment web: expected a namespace, found none/);
});

test('targets are named as people name them', () => {
  assert.equal(describeTarget(deployments, { namespace: 'shop', name: 'web' }), 'Deployment shop/web');
  assert.equal(
    describeTarget(deployments, { namespace: 'shop', name: 'web', subresource: 'status' }),
    'Deployment shop/web status',
  );
  assert.equal(describeTarget(deployments, { namespace: 'shop' }), 'deployments in shop');
  assert.equal(describeTarget(deployments, {}), 'all deployments');
});

test('a key names namespace and name, and both can be read from it', () => {
  for (const name of [{ namespace: 'shop', name: 'web' }, { name: 'n1' }]) {
    assert.deepEqual(parseKey(keyOf({ metadata: name })), name);
  }
});

test('versions compare as numbers of any length', () => {
  assert.ok(isOlder('9', '10'));
  assert.ok(!isOlder('10', '9'));
  assert.ok(!isOlder('10', '10'));
  assert.ok(isOlder('9007199254740992', '9007199254740993'));
  assert.ok(isNotNewer('10', '10'));
  assert.ok(!isNotNewer('11', '10'));
});

test('versions that are no numbers are never called older', () => {
  assert.ok(!isOlder('a1', 'b2'));
  assert.ok(!isOlder('', '5'));
  assert.ok(!isOlder('-1', '5'));
  assert.ok(isNotNewer('a1', 'a1'));
});
