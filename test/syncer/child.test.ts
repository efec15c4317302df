import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { API_VERSION, KIND } from '../../src/api/resource.ts';
import { render } from '../../src/construct/render.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { isConflict } from '../../src/kube/errors.ts';
import type { KubeObject } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import { Cache } from '../../src/syncer/cache.ts';
import { applyChild, retireChild } from '../../src/syncer/child.ts';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { Repairs } from '../../src/syncer/repairs.ts';
import { refuse, reply, startApiStub } from '../kube/api-stub.ts';
import { deployment, service, spec, UID } from './objects.ts';

const metadata = { name: 'shop', namespace: 'test', uid: UID };
const shop = { apiVersion: API_VERSION, kind: KIND, metadata, spec: spec() };
const desired = render(shop, { replicas: 1, owned: true }).deployment;

/** Applies a Deployment that was not there, to an API server that makes none of which a version is named; `there` is what it has by then. */
async function make(t: TestContext, there: KubeObject | undefined) {
  const stub = await startApiStub(t, ({ method, body }, response) => {
    if (method === 'GET') {
      if (there === undefined) refuse(response, 404, 'NotFound');
      else reply(response, 200, there);
      return;
    }
    const asked = JSON.parse(body) as KubeObject;
    if (asked.metadata.resourceVersion !== undefined) refuse(response, 409, 'Conflict');
    else reply(response, 201, { ...asked, metadata: { ...asked.metadata, uid: 'made', resourceVersion: '10' } });
  });
  const transport = new Transport({ identity: stub.identity, userAgent: 'test' });
  t.after(() => transport.close());
  const client = new KubeClient({ transport });
  const silent = () => undefined;
  const copies = new Cache({
    ...{ client, namespaces: [], selector: undefined },
    ...{ wake: silent, portFreed: silent, onError: silent },
  }).deployments;
  const absent = { type: DEPLOYMENT, copies, live: undefined, ownership: { kind: 'absent' } } as const;
  const applied = applyChild({ client, repairs: new Repairs() }, absent, desired, { generation: 1 });
  return { applied, asked: stub.asked };
}

test('a child that is there by the time it is made is left to the next pass', async (t) => {
  const { applied, asked } = await make(t, deployment(3, {}));
  await assert.rejects(applied, isConflict);
  assert.deepEqual(
    asked.map(({ method }) => method),
    ['PATCH', 'GET'],
  );
});

test('an API server that makes nothing of which a version is named is asked again without one', async (t) => {
  const { applied, asked } = await make(t, undefined);
  const { change, live } = await applied;
  assert.deepEqual([change, live.metadata.uid], ['created', 'made']);
  assert.ok(asked.every(({ query }) => query.get('force') !== 'true'));
});

test('a Service that nobody controls is not handed to the garbage collector, and nothing is written for it', async (t) => {
  const stub = await startApiStub(t, (_, response) => refuse(response, 500, 'InternalError'));
  const transport = new Transport({ identity: stub.identity, userAgent: 'test' });
  t.after(() => transport.close());
  const client = new KubeClient({ transport });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'any', uid: 'any' };
  for (const ownerReferences of [undefined, [], [owner], [{ ...owner, controller: false }]]) {
    const found = service([], { metadata: { name: 'shop-metrics', namespace: 'test', ownerReferences } });
    const copies = { get: () => found, observe: () => undefined, forget: () => undefined };
    const child = { type: SERVICE, copies, live: found, ownership: { kind: 'ours', owned: false } } as const;
    assert.equal(await retireChild(client, child), 'unchanged');
  }
  assert.equal(stub.asked.length, 0);
});
