/** Who may do what: the syncer no more than it needs, and people as much as with Deployments. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { KubeClient } from '../../src/kube/client.ts';
import { isForbidden } from '../../src/kube/errors.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import type { KubeObject } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import { DEPLOYMENT, ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { assertWithinRights, syncerRequests, SYNCER_USER } from './audit.ts';
import { CONFIG_MAP, NAMESPACE, POD, ROLE_BINDING, SECRET } from './kinds.ts';
import { SMALL, useWorld } from './world.ts';

const world = await useWorld();
const install = join(import.meta.dirname, '../../dist/install.k8s.yaml');

test("the syncer's rights are these, and no others", async () => {
  const rights = await rightsOf(`--as=${SYNCER_USER}`, '--as-group=system:serviceaccounts');

  // Every authenticated user may ask who it is.
  const own = Object.entries(rights).filter(([resource]) => !/^self.*reviews|^clustertrustbundles/.test(resource));
  assert.deepEqual(Object.fromEntries(own), {
    services: 'get list watch create patch',
    'deployments.apps': 'get list watch create patch',
    'elasticwebs.elasticweb.example.com': 'get list watch',
    'elasticwebs.elasticweb.example.com/status': 'patch',
    'events.events.k8s.io': 'create patch',
  });
});

test('the API server refuses the syncer what it should not do', async () => {
  await world.create('web', { totalQPS: 0 });
  await world.ready('web');
  const client = await clientOfSyncer();
  const by = { fieldManager: 'test' };
  const refused = {
    'reading a Secret': () => client.get(SECRET, world.named('any')),
    'reading a ConfigMap': () => client.get(CONFIG_MAP, world.named('any')),
    'reading pods': () => client.listAll(POD, { namespace: world.namespace }),
    'making a pod': () => client.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata: world.named('any') }, by),
    'changing the spec of an ElasticWeb': () =>
      client.mergePatch(ELASTIC_WEB, world.named('web'), { spec: { image: 'evil:1' } }, by),
    'scaling an ElasticWeb': () =>
      client.mergePatch(ELASTIC_WEB, world.named('web'), { spec: { replicas: 9 } }, { ...by, subresource: 'scale' }),
    "changing a Deployment's status": () =>
      client.mergePatch(DEPLOYMENT, world.named('web'), { status: {} }, { ...by, subresource: 'status' }),
  };

  for (const [what, attempt] of Object.entries(refused)) {
    await assert.rejects(attempt, isForbidden, what);
  }
});

test('whoever may edit or view a namespace may do so with its ElasticWebs', async () => {
  for (const role of ['edit', 'view']) {
    await world.make(ROLE_BINDING, role, {
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `somebody-to-${role}` }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    });
  }
  const namespace = `--namespace=${world.namespace}`;

  const editor = await rightsOf('--as=somebody-to-edit', namespace);
  assert.deepEqual(words(editor['elasticwebs.elasticweb.example.com']), [
    'create',
    'delete',
    'deletecollection',
    'get',
    'list',
    'patch',
    'update',
    'watch',
  ]);
  assert.deepEqual(words(editor['elasticwebs.elasticweb.example.com/scale']), ['get', 'patch', 'update']);
  assert.deepEqual(words(editor['elasticwebs.elasticweb.example.com/status']), ['get'], 'the status is the syncer’s');
  const viewer = await rightsOf('--as=somebody-to-view', namespace);
  assert.deepEqual(words(viewer['elasticwebs.elasticweb.example.com']), ['get', 'list', 'watch']);

  const manifest = JSON.stringify({
    apiVersion: ELASTIC_WEB.apiVersion,
    kind: ELASTIC_WEB.kind,
    metadata: { name: 'edited' },
    spec: SMALL,
  });
  const made = await world.tryKubectlWith(manifest, '--as=somebody-to-edit', 'apply', '-f', '-');
  assert.equal(made.code, 0, made.stderr);
  const refused = await world.tryKubectlWith(manifest, '--as=somebody-to-view', 'delete', '-f', '-');
  assert.match(refused.stderr, /forbidden/i);
  await world.ready('edited');
});

test('dist/install applied again changes nothing', async () => {
  const kubectl = async (...args: string[]) => {
    const { code, stdout, stderr } = await useControlPlane().kubectl([...args, '-f', install]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const versions = async () => {
    const { items } = JSON.parse(await kubectl('get', '-o', 'json')) as { items: KubeObject[] };
    // A Deployment's status is written at times of its controller's own.
    return items.map(({ kind, metadata: { uid, generation, resourceVersion } }) =>
      [kind, uid, kind === 'Deployment' ? generation : resourceVersion].join(' '),
    );
  };
  const before = await versions();

  const said = await kubectl('apply', '--server-side');

  assert.deepEqual(await versions(), before);
  assert.equal(said.trim().split('\n').length, before.length);
});

test("the syncer's namespace enforces the restricted standard, and its pods are admitted and run", async () => {
  const namespace = await world.client.get(NAMESPACE, { name: 'elasticweb-system' });
  assert.equal(namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');

  const pods = await world.client.listAll(POD, {
    namespace: 'elasticweb-system',
    labelSelector: 'app.kubernetes.io/name=elasticweb-syncer',
  });
  assert.equal(pods.items.length, 2);
});

test('so far, no syncer asked for anything that it may not do, or in a way that is not in its rights', () => {
  const requests = syncerRequests();
  assert.ok(requests.length > 10);

  assertWithinRights(requests);
});

/** The verbs by resource, as `kubectl auth can-i --list` tells them. */
async function rightsOf(...flags: string[]): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await useControlPlane().kubectl([
    'auth',
    'can-i',
    '--list',
    '--no-headers',
    ...flags,
  ]);
  assert.equal(code, 0, stderr);
  const rows = stdout.split('\n').flatMap((row) => {
    const [, resource, verbs] = /^(\S+)\s+\[\]\s+\[\]\s+\[(.*)\]$/.exec(row) ?? [];
    return resource === undefined || verbs === undefined ? [] : [[resource, verbs] as const];
  });
  return Object.fromEntries(rows);
}

function words(verbs = ''): string[] {
  return [...new Set(verbs.split(' '))].sort();
}

/** A client with the syncer's own rights, under a name by which its requests can be told from the syncer's. */
async function clientOfSyncer(): Promise<KubeClient> {
  const { kubeconfig } = useControlPlane();
  const identity = await loadIdentity({ env: {}, kubeconfig, context: 'syncer' });
  const transport = new Transport({ identity, userAgent: 'elasticweb-test' });
  after(() => transport.close());
  return new KubeClient({ transport });
}
