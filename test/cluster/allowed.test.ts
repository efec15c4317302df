/** What the operator of a syncer narrows: Service types, the number of pods, namespaces. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { OWN_SYNCER_LABEL, startSyncer } from './syncer-process.ts';
import { conditionOf, useWorld } from './world.ts';

const world = await useWorld();
const outside = await world.another();
const labels = { [OWN_SYNCER_LABEL]: 'allowed' };
const syncer = await startSyncer(
  useControlPlane(),
  'allowed',
  `--selector=${OWN_SYNCER_LABEL}=allowed`,
  `--namespace=${world.namespace}`,
  '--allowed-service-types=ClusterIP,NodePort',
  '--max-replicas=3',
);
after(() => syncer.stop({ graceMs: 0 }));

test('a Service type that is not allowed stalls, and the message says which are', async () => {
  await world.create('public', { serviceType: 'LoadBalancer' }, labels);

  const web = await world.notReady('public', 'InvalidSpec');

  assert.equal(conditionOf(web, 'Stalled')?.status, 'True');
  assert.match(conditionOf(web, 'Ready')?.message ?? '', /spec\.serviceType: .*ClusterIP, NodePort.*LoadBalancer/);
  assert.equal(await world.service('public'), undefined);
  assert.equal(await world.deployment('public'), undefined);

  await world.change('public', { serviceType: 'NodePort' });
  await world.ready('public');
});

test('no ElasticWeb gets more pods than the syncer allows, however it asks', async () => {
  await world.create('declared', { totalQPS: 5000 }, labels);
  await world.create('manual', { replicas: 50 }, labels);

  for (const [name, wanted] of [
    ['declared', 10],
    ['manual', 50],
  ] as const) {
    const web = await world.until(ELASTIC_WEB, name, ({ status }) => status?.readyReplicas === 3);
    assert.equal(web.status?.desiredReplicas, 3);
    const limited = conditionOf(web, 'ScalingLimited');
    assert.equal(limited?.status, 'True');
    assert.equal(limited.reason, 'TooManyReplicas');
    assert.match(limited.message, new RegExp(`${wanted} pods are wanted.*--max-replicas allows 3`));
  }

  await world.change('declared', { totalQPS: 1000 });
  const web = await world.until(ELASTIC_WEB, 'declared', ({ status }) => status?.readyReplicas === 2);
  assert.equal(conditionOf(web, 'ScalingLimited'), undefined);
});

test('a syncer of one namespace leaves the others alone', async () => {
  await outside.create('elsewhere', {}, labels);
  await world.create('here', {}, labels);
  await world.ready('here');

  assert.deepEqual((await outside.web('elsewhere'))?.status, { observedGeneration: -1 });
  assert.equal(await outside.deployment('elsewhere'), undefined);
});
