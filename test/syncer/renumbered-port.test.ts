/** How a port that somebody renumbered by hand becomes the syncer's own, for the next apply to take away. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ManagedFieldsEntry } from '../../src/kube/resource.ts';
import { FIELD_MANAGER } from '../../src/syncer/kinds.ts';
import { claimRenumberedPorts } from '../../src/syncer/renumbered-port.ts';

interface Ports {
  readonly spec: { readonly ports: readonly object[] };
}

function service(ports: readonly object[], managedFields: readonly ManagedFieldsEntry[] = []): KubeObject & Ports {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop', managedFields }, spec: { ports } };
}

const item = (port: number) => `k:{"port":${port},"protocol":"TCP"}`;
const fields = (ports: object, more: object = {}) => ({ 'f:spec': { 'f:ports': ports, ...more } });
const ours = (fieldsV1: object) => ({ manager: FIELD_MANAGER, operation: 'Apply', fieldsV1 });
const theirs = (fieldsV1: object, manager = 'kubectl-edit') => ({ manager, operation: 'Update', fieldsV1 });
const desired = service([{ name: 'http-traffic', port: 80, protocol: 'TCP' }]);

test('a port of our name with another number changes hands', () => {
  const live = service(
    [{ name: 'http-traffic', port: 90, protocol: 'TCP' }],
    [ours(fields({}, { 'f:type': {} })), theirs(fields({ '.': {}, [item(90)]: { '.': {}, 'f:port': {} } }))],
  );

  // Nothing else was theirs, so nothing of them is left; an entry without fields would mean all fields.
  assert.deepEqual(claimRenumberedPorts(desired, live), [ours(fields({ [item(90)]: { '.': {} } }, { 'f:type': {} }))]);
});

test('whatever else somebody owns stays theirs', () => {
  const extra = { [item(7000)]: { '.': {} } };
  const live = service(
    [
      { name: 'http-traffic', port: 90 },
      { name: 'extra', port: 7000 },
    ],
    [
      theirs(fields({ ...extra, [item(90)]: { '.': {} } }, { 'f:selector': {} })),
      theirs({ 'f:status': { 'f:loadBalancer': {} } }, 'cloud'),
      ours(fields({ [item(80)]: { '.': {} } })),
    ],
  );

  assert.deepEqual(claimRenumberedPorts(desired, live), [
    theirs(fields(extra, { 'f:selector': {} })),
    theirs({ 'f:status': { 'f:loadBalancer': {} } }, 'cloud'),
    ours(fields({ [item(80)]: { '.': {} }, [item(90)]: { '.': {} } })),
  ]);
});

test('an object that the syncer never applied, as one that it takes over, gets an entry for it', () => {
  const live = service([{ name: 'http-traffic', port: 90 }], [theirs(fields({ [item(90)]: { '.': {} } }))]);

  const [entry, ...rest] = claimRenumberedPorts(desired, live) ?? [];

  assert.deepEqual(rest, []);
  assert.equal(entry?.manager, FIELD_MANAGER);
  assert.equal(entry.operation, 'Apply');
  assert.equal(entry.apiVersion, 'v1');
  assert.deepEqual(entry.fieldsV1, fields({ [item(90)]: { '.': {} } }));
});

test('a container port is found in the container that is ours', () => {
  const deployment = (containers: readonly object[], managedFields: readonly ManagedFieldsEntry[] = []) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', managedFields },
    spec: { template: { spec: { containers } } },
  });
  const web = (containerPort: number) => ({ name: 'web', ports: [{ name: 'http', containerPort, protocol: 'TCP' }] });
  const path = (ports: object) => ({
    'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:ports': ports } } } } },
  });
  const key = 'k:{"containerPort":9000,"protocol":"TCP"}';
  // A sidecar may call its port as we do.
  const sidecar = { name: 'proxy', ports: [{ name: 'http', containerPort: 1, protocol: 'TCP' }] };

  const claimed = claimRenumberedPorts(
    deployment([web(8080)]),
    deployment([sidecar, web(9000)], [theirs(path({ [key]: {} })), ours(path({}))]),
  );

  assert.deepEqual(claimed, [ours(path({ [key]: { '.': {} } }))]);
});

for (const { name, ports } of [
  { name: 'the port as it should be', ports: [{ name: 'http-traffic', port: 80 }] },
  { name: 'a port of another name', ports: [{ name: 'other', port: 90 }] },
  { name: 'no port at all', ports: [] },
]) {
  test(`nothing is claimed of ${name}`, () => {
    assert.equal(claimRenumberedPorts(desired, service(ports)), undefined);
  });
}

test('nothing is claimed of a kind without ports', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop' } };

  assert.equal(claimRenumberedPorts(secret, secret), undefined);
});
