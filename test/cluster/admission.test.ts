/** Quotas and policies in the way: the ElasticWeb says what the cluster says, and goes on by itself when they are gone. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { LIMIT_RANGE, NAMESPACE, RESOURCE_QUOTA } from './kinds.ts';
import { conditionOf, useWorld, type World } from './world.ts';

const world = await useWorld();

suite('in the way:', { concurrency: 4 }, () => {
  test('a quota on pods is told as ReplicaFailure', async () => {
    const corner = await world.another();
    await withQuota(corner, { pods: '1' });
    await corner.create('crowded', { replicas: 2 });

    const web = await corner.notReady('crowded', 'ReplicaFailure');

    assertRetried(web, /pods "crowded-.*" is forbidden: exceeded quota/);
    assert.equal(conditionOf(web, 'DeploymentReady')?.reason, 'ReplicaFailure');
    await corner.patch(RESOURCE_QUOTA, 'limit', { spec: { hard: { pods: '5' } } });
    await corner.ready('crowded');
  });

  test('a limit range that refuses the pods is told as ReplicaFailure', async () => {
    const corner = await world.another();
    const limits = [{ type: 'Container', max: { cpu: '100m' } }];
    await corner.make(LIMIT_RANGE, 'limit', { spec: { limits } });
    await corner.create('large', { resources: { limits: { cpu: '1' } } });

    const web = await corner.notReady('large', 'ReplicaFailure');

    assertRetried(web, /maximum cpu usage per Container is 100m/);
    await corner.change('large', { resources: { limits: { cpu: '50m' } } });
    await corner.ready('large');
  });

  test('a namespace that enforces the restricted standard refuses Baseline pods and takes Restricted ones', async () => {
    const corner = await world.another();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await world.client.mergePatch(
      NAMESPACE,
      { name: corner.namespace },
      { metadata: { labels } },
      { fieldManager: 'test' },
    );
    await corner.create('strict');

    const web = await corner.notReady('strict', 'ReplicaFailure');

    assertRetried(web, /violates PodSecurity "restricted/);
    await corner.change('strict', { podSecurity: 'Restricted' });
    await corner.ready('strict');
  });

  test('a quota on Services is told as QuotaExceeded, and the pods serve meanwhile', async () => {
    const corner = await world.another();
    await withQuota(corner, { services: '0' });
    await corner.create('unserved', { replicas: 1 });

    const web = await corner.until(
      ELASTIC_WEB,
      'unserved',
      (unserved) => conditionOf(unserved, 'Ready')?.reason === 'QuotaExceeded' && unserved.status?.readyReplicas === 1,
    );

    assertRetried(web, /Service .*exceeded quota: limit/);
    assert.equal(conditionOf(web, 'ServiceReady')?.reason, 'QuotaExceeded');
    assert.equal(conditionOf(web, 'DeploymentReady')?.status, 'True');
    await corner.patch(RESOURCE_QUOTA, 'limit', { spec: { hard: { services: '5' } } });
    await corner.touch('unserved'); // Else it is tried with growing pauses, up to a minute.
    await corner.ready('unserved');
  });
});

/** Makes a quota and waits until it counts: a fresh one refuses everything, for another reason. */
async function withQuota(corner: World, hard: Record<string, string>): Promise<void> {
  await corner.make(RESOURCE_QUOTA, 'limit', { spec: { hard } });
  await corner.until(RESOURCE_QUOTA, 'limit', ({ status }) => status?.hard !== undefined);
}

function assertRetried(web: ElasticWebResource, message: RegExp): void {
  assert.equal(conditionOf(web, 'Reconciling')?.reason, 'ProgressingWithRetry');
  assert.equal(conditionOf(web, 'Stalled'), undefined);
  assert.match(conditionOf(web, 'Ready')?.message ?? '', message);
}
