/** Whether client and reflector understand a real API server as their unit tests say. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KubeClient, NO_VERSION } from '../../src/kube/client.ts';
import { isAlreadyExists, isConflict, isForbidden, isInvalid, isNotFound } from '../../src/kube/errors.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import { type Change, Reflector } from '../../src/kube/reflector.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';

const controlPlane = useControlPlane();
const namespace = 'kube-client';
const ours = { fieldManager: 'kube-client-test', force: true };

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: ResourceType<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

let transport: Transport;
let client: KubeClient;

async function connect(context: string): Promise<Transport> {
  const identity = await loadIdentity({ kubeconfig: controlPlane.kubeconfig, context, env: {} });
  return new Transport({ identity, userAgent: 'kube-client-test' });
}

before(async () => {
  transport = await connect('admin');
  client = new KubeClient({ transport });
  const { code, stderr } = await controlPlane.kubectl(['create', 'namespace', namespace]);
  assert.equal(code, 0, stderr);
});

after(async () => {
  await controlPlane.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  await transport.close();
});

function configMap(name: string, data: Record<string, string>, metadata: object = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...metadata }, data };
}

const matchLabels = { app: 'made-only' };
const pod = { containers: [{ name: 'web', image: 'web' }] };

const otherUid = '9f7a4d4e-0000-4000-8000-000000000001';

test('what is not there is undefined, what is there comes with kind and version', async () => {
  assert.equal(await client.get(configMaps, { namespace, name: 'missing' }), undefined);
  await client.create(configMaps, configMap('there', { a: '1' }), ours);
  const found = await client.get(configMaps, { namespace, name: 'there' });
  assert.deepEqual([found?.apiVersion, found?.kind, found?.data], ['v1', 'ConfigMap', { a: '1' }]);
});

test('an apply creates, updates, and takes away what is no longer in it', async () => {
  await client.apply(configMaps, configMap('applied', { a: '1', b: '2' }), ours);
  const updated = await client.apply(configMaps, configMap('applied', { b: '3' }), ours);
  assert.deepEqual(updated.data, { b: '3' });
});

test('an apply that changes nothing gives the same version again', async () => {
  const first = await client.apply(configMaps, configMap('same', { a: '1' }), ours);
  const second = await client.apply(configMaps, configMap('same', { a: '1' }), ours);
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
});

test('a dry run shows the result and writes nothing', async () => {
  const result = await client.apply(configMaps, configMap('dry', { a: '1' }), { ...ours, dryRun: true });
  assert.deepEqual(result.data, { a: '1' });
  assert.equal(await client.get(configMaps, { namespace, name: 'dry' }), undefined);
});

test('an apply that names a uid is for that very object: otherwise it conflicts', async () => {
  const withUid = (uid: string) => client.apply(configMaps, configMap('by-uid', { a: '1' }, { uid }), ours);
  await assert.rejects(withUid(otherUid), isConflict);
  const created = await client.apply(configMaps, configMap('by-uid', { a: '1' }), ours);
  await assert.rejects(withUid(otherUid), (error) => isConflict(error) && !isInvalid(error));
  await withUid(created.metadata.uid ?? '');
});

for (const { kind, spec } of [
  { kind: 'ConfigMap', spec: undefined },
  { kind: 'Service', spec: { ports: [{ port: 80, protocol: 'TCP' }] } },
  {
    kind: 'Deployment',
    spec: { selector: { matchLabels }, template: { metadata: { labels: matchLabels }, spec: pod } },
  },
]) {
  test(`an apply that names a version which no object has makes a ${kind}, or conflicts with the one that is there`, async () => {
    const type = [configMaps, SERVICE, DEPLOYMENT].find((one) => one.kind === kind) as ResourceType;
    const object = { apiVersion: type.apiVersion, kind, ...(spec && { spec }) };
    const make = (labels: object) => {
      const metadata = { name: 'made-only', namespace, labels, resourceVersion: NO_VERSION };
      return client.apply(type, { ...object, metadata } as KubeObject, ours);
    };
    const made = await make({ of: 'first' });
    await assert.rejects(make({ of: 'second' }), isConflict);
    assert.equal((await client.get(type, made.metadata))?.metadata.labels?.of, 'first');
  });
}

test('an apply without force does not take what another manager set', async () => {
  await client.apply(configMaps, configMap('contended', { a: '1' }), ours);
  const theirs = { fieldManager: 'theirs', force: false };
  await assert.rejects(client.apply(configMaps, configMap('contended', { a: '2' }), theirs), isConflict);
});

test('refusals are told apart', async (t) => {
  await client.create(configMaps, configMap('taken', {}), ours);
  await assert.rejects(client.create(configMaps, configMap('taken', {}), ours), isAlreadyExists);
  await assert.rejects(client.apply(configMaps, configMap('Not a name', {}), ours), isInvalid);
  const things: ResourceType = { apiVersion: 'example.com/v1', kind: 'Thing', plural: 'things', namespaced: true };
  await assert.rejects(client.list(things), isNotFound);
  const stranger = await connect('syncer');
  t.after(() => stranger.close());
  const secrets: ResourceType = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
  await assert.rejects(new KubeClient({ transport: stranger }).list(secrets), isForbidden);
});

test('a merge patch with a version that has passed conflicts', async () => {
  const { metadata } = await client.apply(configMaps, configMap('patched', { a: '1' }), ours);
  const patch = { metadata: { resourceVersion: metadata.resourceVersion }, data: { a: null, b: '2' } };
  const patched = await client.mergePatch(configMaps, metadata, patch, ours);
  assert.deepEqual(patched.data, { b: '2' });
  await assert.rejects(client.mergePatch(configMaps, metadata, patch, ours), isConflict);
});

test('a list comes in pages, of the selected objects only', async () => {
  const names = Array.from({ length: 5 }, (_, index) => `page-${index}`);
  for (const name of names) await client.apply(configMaps, configMap(name, {}, { labels: { paged: 'yes' } }), ours);
  const scope = { namespace, labelSelector: 'paged=yes' };
  const first = await client.list(configMaps, { ...scope, limit: 2 });
  assert.equal(first.items.length, 2);
  assert.ok(first.continueFrom);
  const rest = await client.list(configMaps, { ...scope, continueFrom: first.continueFrom });
  assert.deepEqual(
    [...first.items, ...rest.items].map(({ metadata }) => metadata.name),
    names,
  );
  const all = await client.listAll(configMaps, scope);
  assert.deepEqual(
    all.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    names.map((name) => `ConfigMap ${name}`),
  );
});

test('a reflector follows additions, changes, recreation and deletion, and knows our own writes before', async (t) => {
  const controller = new AbortController();
  const changes: string[] = [];
  const describe = ({ kind, object }: Change<ConfigMap>) => `${kind} ${object.metadata.name} ${object.data?.a ?? ''}`;
  const labels = { reflected: 'yes' };
  await client.apply(configMaps, configMap('before', { a: '0' }, { labels }), ours);
  const reflector = new Reflector<ConfigMap>({
    ...{ client, type: configMaps, namespace, labelSelector: 'reflected=yes' },
    onChange: (change) => changes.push(describe(change)),
    onError: (error) => assert.fail(String(error)),
  });
  const ended = reflector.run(controller.signal);
  t.after(async () => {
    controller.abort();
    await ended;
  });
  // Where the watch is quicker than the answer, our own write is news.
  const news = () => changes.filter((change) => change !== 'added own 1');
  const seen = (...expected: string[]) =>
    eventually(() => assert.deepEqual(news(), expected), { timeoutMs: 30_000, what: expected.join(', ') });
  await reflector.synced;
  await seen('added before 0');

  reflector.observe(await client.apply(configMaps, configMap('own', { a: '1' }, { labels }), ours));
  assert.deepEqual(reflector.get(`${namespace}/own`)?.data, { a: '1' });
  await client.apply(configMaps, configMap('own', { a: '2' }, { labels }), ours);
  await seen('added before 0', 'updated own 2');

  const replace = [...['replace', '--force', `--namespace=${namespace}`, '--filename=-']];
  const stdin = JSON.stringify(configMap('before', { a: '3' }, { labels }));
  const { code, stderr } = await controlPlane.kubectl(replace, { stdin });
  assert.equal(code, 0, stderr);
  await seen('added before 0', 'updated own 2', 'deleted before 0', 'added before 3');

  await controlPlane.kubectl(['label', 'configmap', 'own', `--namespace=${namespace}`, 'reflected-']);
  await seen('added before 0', 'updated own 2', 'deleted before 0', 'added before 3', 'deleted own 2');
  assert.equal(reflector.size, 1);
});
