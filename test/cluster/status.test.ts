/** What an ElasticWeb says about itself in each state. */

import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { DEPLOYMENT, ELASTIC_WEB, type ElasticWebResource, SERVICE } from '../../src/syncer/kinds.ts';
import { assertHistories } from './conventions.ts';
import { History } from './history.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { conditionOf, SMALL, useWorld } from './world.ts';

const world = await useWorld();
const history = await History.start(world);
after(() => history[Symbol.asyncDispose]());
/** No node has this label, so that pods stay where they are: waiting. */
const NOWHERE = { nodeSelector: { 'example.com/nowhere': 'yes' } };

suite('states:', { concurrency: 4 }, () => {
  test('rolling out, then serving', async () => {
    await world.create('new', { ...NOWHERE, replicas: 2 });

    const waiting = await world.until(ELASTIC_WEB, 'new', ({ status }) => status?.replicas === 2);
    assert.deepEqual(summary(waiting), {
      Ready: 'False Progressing',
      Reconciling: 'True Progressing',
      DeploymentReady: 'False Progressing',
      ServiceReady: 'True Applied',
      ScalingActive: 'False ManualOverride',
    });
    assert.equal(waiting.status?.readyReplicas, 0);
    assert.equal(waiting.status.realQPS, 0);

    await world.change('new', { nodeSelector: null });
    const serving = await world.ready('new');
    assert.deepEqual(summary(serving), {
      Ready: 'True Available',
      DeploymentReady: 'True Available',
      ServiceReady: 'True Applied',
      ScalingActive: 'False ManualOverride',
    });
    assert.equal(serving.status?.realQPS, 1000);
  });

  test('a new image is a rollout: not ready until its pods serve', async () => {
    await world.create('image', { replicas: 2 });
    await world.ready('image');

    // With pods that fit nowhere it lasts long enough to be told: one that is over within a second may not be.
    await world.change('image', { image: 'nginx:1.30', nodeSelector: { 'no-such': 'node' } });
    await world.notReady('image', 'Progressing');
    await world.change('image', { nodeSelector: null });

    await world.ready('image');
    const rollout = (await history.of('image')).filter(({ metadata }) => metadata.generation === 2);
    assert.deepEqual(readyOf(rollout.filter(({ status }) => status?.observedGeneration === 2)), ['False Progressing']);
  });

  test('scaling is no rollout: Ready stays True from 500 QPS to 5000 and back', async () => {
    await world.create('scaled', { totalQPS: 500 });
    await world.ready('scaled');
    const from = (await history.of('scaled')).length;

    for (const [totalQPS, pods] of [
      [5000, 10],
      [500, 1],
    ] as const) {
      await world.change('scaled', { totalQPS });
      const web = await world.until(
        ELASTIC_WEB,
        'scaled',
        ({ status }) => status?.replicas === pods && status.readyReplicas === pods,
      );
      assert.equal(web.status?.realQPS, 500 * pods);
      assert.equal(web.status.desiredReplicas, pods);
      assert.ok(web.status.lastScaleTime);
    }

    assert.deepEqual(readyOf((await history.of('scaled')).slice(from)), ['True Available']);
  });

  test('suspended before it was made: nothing is made, and Ready is False', async () => {
    await world.create('asleep', { suspend: true });

    const web = await world.notReady('asleep', 'Suspended');
    assert.deepEqual(summary(web), { Ready: 'False Suspended' });
    await world.settled();
    assert.equal(await world.deployment('asleep'), undefined);

    await world.change('asleep', { suspend: false });
    await world.ready('asleep');
  });

  test('suspended afterwards: what runs goes on, Ready is True, and drift is not repaired', async () => {
    await world.create('paused', { replicas: 1 });
    await world.ready('paused');
    await world.change('paused', { suspend: true });

    const web = await world.until(ELASTIC_WEB, 'paused', (paused) => summary(paused).Ready === 'True Suspended');
    assert.equal(conditionOf(web, 'Reconciling'), undefined);
    await world.patch(DEPLOYMENT, 'paused', { spec: { replicas: 2 } });
    const counted = await world.until(ELASTIC_WEB, 'paused', ({ status }) => status?.readyReplicas === 2);
    assert.equal(counted.status?.realQPS, 1000);
    assert.equal((await world.deployment('paused'))?.spec.replicas, 2);

    await world.change('paused', { suspend: null });
    await world.until(DEPLOYMENT, 'paused', ({ spec }) => spec.replicas === 1);
    await world.ready('paused');
  });

  test('a rollout that makes no progress within its deadline stalls, and heals when it can go on', async () => {
    await world.create('stuck', { ...NOWHERE, progressDeadlineSeconds: 1 });

    const web = await world.notReady('stuck', 'ProgressDeadlineExceeded');
    assert.deepEqual(summary(web), {
      Ready: 'False ProgressDeadlineExceeded',
      Stalled: 'True ProgressDeadlineExceeded',
      DeploymentReady: 'False ProgressDeadlineExceeded',
      ServiceReady: 'True Applied',
    });

    await world.change('stuck', { nodeSelector: null });
    assert.equal(conditionOf(await world.ready('stuck'), 'Stalled'), undefined);
  });

  test('a load balancer without an address is told, and not waited for', async () => {
    await world.create('pending', { serviceType: 'LoadBalancer' });
    const web = await world.ready('pending');
    assert.match(conditionOf(web, 'ServiceReady')?.message ?? '', /no address yet/);

    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } };
    await world.client.mergePatch(
      SERVICE,
      world.named('pending'),
      { status },
      { fieldManager: 'cloud', subresource: 'status' },
    );

    await world.until(
      ELASTIC_WEB,
      'pending',
      (told) => conditionOf(told, 'ServiceReady')?.message === 'the Service is applied',
    );
  });

  test('a forged status is overwritten', async () => {
    await world.create('forged', NOWHERE);
    await world.notReady('forged', 'Progressing');
    const lie = {
      status: 'True',
      reason: 'Available',
      message: 'all is well',
      lastTransitionTime: '2020-01-01T00:00:00Z',
    };
    const status = {
      observedGeneration: 7,
      readyReplicas: 99,
      realQPS: 99_000,
      lastScaleTime: '2020-01-01T00:00:00Z',
      conditions: [
        { type: 'Ready', ...lie },
        { type: 'Forged', ...lie },
      ],
    };

    const lied = await world.client.mergePatch(
      ELASTIC_WEB,
      world.named('forged'),
      { status },
      { fieldManager: 'liar', subresource: 'status' },
    );
    assert.equal(lied.status?.readyReplicas, 99);

    const web = await world.notReady('forged', 'Progressing');
    assert.equal(web.status?.readyReplicas, 0);
    assert.equal(conditionOf(web, 'Forged'), undefined);
  });

  test('while no syncer watches it, the status says that nothing was observed', async () => {
    const metadata = { ...world.named('nobody'), labels: { [OWN_SYNCER_LABEL]: 'nobody' } };
    await world.make(ELASTIC_WEB, 'nobody', { metadata, spec: SMALL });
    await world.settled();

    assert.deepEqual((await world.web('nobody'))?.status, { observedGeneration: -1 });
    assert.equal(await world.deployment('nobody'), undefined);
  });
});

test('at no time did any of these statuses break the conventions', () => {
  const histories = history.all();
  assert.ok(histories.length > 8);
  assertHistories(histories);
});

/** Status and reason of each condition. */
function summary({ status }: ElasticWebResource): Record<string, string> {
  return Object.fromEntries(status?.conditions?.map(({ type, status, reason }) => [type, `${status} ${reason}`]) ?? []);
}

/** What Ready said, without repetitions. */
function readyOf(versions: readonly ElasticWebResource[]): (string | undefined)[] {
  const said = versions.map((version) => summary(version).Ready);
  return said.filter((words, index) => words !== said[index - 1]);
}
