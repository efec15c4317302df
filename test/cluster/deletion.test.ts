/** What an ElasticWeb leaves behind when it is deleted: nothing, unless that was asked for. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, type ElasticWebResource, SERVICE } from '../../src/syncer/kinds.ts';
import { POD } from './kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { syncerRequests } from './audit.ts';
import { History } from './history.ts';
import { conditionOf, useWorld } from './world.ts';

const world = await useWorld();
const CHILDREN: readonly (readonly [ResourceType, suffix: string])[] = [
  [DEPLOYMENT, ''],
  [SERVICE, ''],
  [SERVICE, '-metrics'],
];

// Together, since some of it takes the cluster's own time.
suite('deletion:', { concurrency: 4 }, () => {
  test('a deleted ElasticWeb takes Deployment, pods and Services along', async () => {
    await createReady('gone');

    await world.kubectl('delete', 'elasticweb', 'gone');

    await untilChildrenGone('gone');
    await eventually(async () => (await podsOf('gone')).length === 0, { timeoutMs: 30_000, what: 'no pods' });
  });

  test('a foreground deletion ends, and its children are gone by then', async () => {
    await createReady('front');

    await world.kubectl('delete', 'elasticweb', 'front', '--cascade=foreground', '--timeout=30s');

    assert.equal(await world.web('front'), undefined);
    for (const [type, suffix] of CHILDREN) assert.equal(await world.get(type, `front${suffix}`), undefined);
  });

  test('an orphaning deletion leaves the children running, and a new ElasticWeb of that name takes them back', async () => {
    await createReady('orphan');
    const before = await children('orphan');

    await world.kubectl('delete', 'elasticweb', 'orphan', '--cascade=orphan');
    await world.settled();

    for (const [index, child] of (await children('orphan')).entries()) {
      assert.equal(child?.metadata.uid, before[index]?.metadata.uid);
      assert.deepEqual(child?.metadata.ownerReferences ?? [], []);
    }
    assert.equal((await podsOf('orphan')).length, 2);

    const web = await createReady('orphan');
    for (const [index, child] of (await children('orphan')).entries()) {
      assert.equal(child?.metadata.uid, before[index]?.metadata.uid);
      assertOwned(child, web);
    }
  });

  test('deleted and made again at once, the children end with one owner, the new one, and stay', async () => {
    const manifest = (image: string) =>
      JSON.stringify({
        apiVersion: ELASTIC_WEB.apiVersion,
        kind: ELASTIC_WEB.kind,
        metadata: world.named('phoenix'),
        spec: {
          image,
          port: 80,
          podPort: 80,
          serviceType: 'ClusterIP',
          singlePodQPS: 1,
          replicas: 2,
          mtargetPort: 9090,
        },
      });
    await using history = await History.start(world);
    await world.tryApply(manifest('nginx:1'));
    await world.ready('phoenix');

    for (const round of [2, 3, 4]) {
      const before = await world.web('phoenix');
      const { code, stderr } = await world.tryKubectlWith(manifest(`nginx:${round}`), 'replace', '--force', '-f', '-');
      assert.equal(code, 0, stderr);

      const web = await world.ready('phoenix');
      assert.notEqual(web.metadata.uid, before?.metadata.uid);
      const made = await children('phoenix');
      for (const child of made) assertOwned(child, web);
      // The garbage collector has had its look at them, too.
      await world.settled();
      const uids = (list: readonly (KubeObject | undefined)[]) => list.map((child) => child?.metadata.uid);
      assert.deepEqual(uids(await children('phoenix')), uids(made));
    }
    // Nobody who waits for it was told meanwhile that waiting does not help.
    const stalled = (await history.of('phoenix')).filter((web) => conditionOf(web, 'Stalled'));
    assert.deepEqual(stalled, []);
  });

  test('made again while a child of the old one cannot go yet, it waits for it, and is not stalled', async () => {
    const old = await createReady('patient');
    const before = await world.deployment('patient');
    await world.patch(DEPLOYMENT, 'patient', { metadata: { finalizers: ['example.com/hold'] } });
    await world.kubectl('delete', 'elasticweb', 'patient');
    const web = await world.create('patient', { replicas: 2, mtargetPort: 9090 });
    assert.notEqual(web.metadata.uid, old.metadata.uid);

    const waiting = await world.notReady('patient', 'WaitingForGarbageCollection');

    assert.equal(conditionOf(waiting, 'Reconciling')?.status, 'True');
    assert.equal(conditionOf(waiting, 'Stalled'), undefined);
    await world.patch(DEPLOYMENT, 'patient', { metadata: { finalizers: null } });
    await world.ready('patient');
    const after = await world.deployment('patient');
    assert.notEqual(after?.metadata.uid, before?.metadata.uid);
    assertOwned(after, web);
  });

  test('while a finalizer of somebody else holds the ElasticWeb, its children are not written to', async () => {
    await createReady('held');
    await world.patch(ELASTIC_WEB, 'held', { metadata: { finalizers: ['example.com/hold'] } });
    await world.kubectl('delete', 'elasticweb', 'held', '--wait=false');
    await world.until(ELASTIC_WEB, 'held', ({ metadata }) => typeof metadata.deletionTimestamp === 'string');

    // What would be repaired and applied at any other time.
    await world.patch(SERVICE, 'held', { metadata: { labels: { app: 'drifted' } } });
    await world.change('held', { port: 81 });
    const before = await world.service('held');
    await world.settled();

    assert.deepEqual(await world.service('held'), before);
    await world.patch(ELASTIC_WEB, 'held', { metadata: { finalizers: null } });
    await world.untilGone(ELASTIC_WEB, 'held');
    await untilChildrenGone('held');
  });

  test('a child that belongs to a dead ElasticWeb of another uid goes, and the living one gets its own', async () => {
    const web = await createReady('restored');
    const before = await world.deployment('restored');
    const dead = {
      ...before?.metadata.ownerReferences?.[0],
      uid: '11111111-1111-4111-8111-111111111111',
    };

    // As a restored backup does it: the reference to an owner that was deleted before the backup came back.
    await world.patch(DEPLOYMENT, 'restored', { metadata: { ownerReferences: [dead] } });

    const after = await world.until(DEPLOYMENT, 'restored', ({ metadata }) => metadata.uid !== before?.metadata.uid);
    assertOwned(after, web);
  });

  test('a namespace that is deleted goes, ElasticWebs and all, and nothing storms against it meanwhile', async () => {
    const doomed = await world.another();
    for (const name of ['one', 'two', 'three']) await doomed.create(name, { replicas: 0, mtargetPort: 9090 });
    for (const name of ['one', 'two', 'three']) await doomed.ready(name);

    await world.kubectl('delete', 'namespace', doomed.namespace, '--timeout=30s');

    assert.equal(await doomed.web('one'), undefined);
    const refused = syncerRequests().filter(({ namespace, code }) => namespace === doomed.namespace && code === 403);
    // Each of 9 children wakes its ElasticWeb when it goes, and that may try to make its 3 children once more.
    assert.ok(refused.length <= 27, `${refused.length} requests were refused`);
  });
});

async function createReady(name: string): Promise<ElasticWebResource> {
  await world.create(name, { replicas: 2, mtargetPort: 9090 });
  return world.ready(name);
}

function children(name: string): Promise<(KubeObject | undefined)[]> {
  return Promise.all(CHILDREN.map(([type, suffix]) => world.get(type, `${name}${suffix}`)));
}

async function untilChildrenGone(name: string): Promise<void> {
  for (const [type, suffix] of CHILDREN) await world.untilGone(type, `${name}${suffix}`);
}

async function podsOf(name: string): Promise<string[]> {
  const labelSelector = `app.kubernetes.io/instance=${name}`;
  const { items } = await world.client.listAll(POD, { namespace: world.namespace, labelSelector });
  return items.map(({ metadata }) => metadata.name);
}

function assertOwned(child: KubeObject | undefined, { metadata }: ElasticWebResource): void {
  assert.deepEqual(child?.metadata.ownerReferences, [
    {
      apiVersion: ELASTIC_WEB.apiVersion,
      kind: ELASTIC_WEB.kind,
      name: metadata.name,
      uid: metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
}
