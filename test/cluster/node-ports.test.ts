/** A node port that is taken, out of range, fixed, or let go of. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { serviceSpec } from './kinds.ts';
import { conditionOf, useWorld } from './world.ts';

const world = await useWorld();

test('a node port that is taken: the pods serve all the same, and the Service follows when the port is free', async () => {
  await world.create('holder', { serviceType: 'NodePort', nodePort: 30_010 });
  await world.ready('holder');
  await world.create('waiter', { serviceType: 'NodePort', nodePort: 30_010, totalQPS: 1000 });

  const waiting = await world.until(
    ELASTIC_WEB,
    'waiter',
    (web) => conditionOf(web, 'Ready')?.reason === 'NodePortConflict' && web.status?.readyReplicas === 2,
  );

  const conditions = waiting.status?.conditions?.map(({ type, status, reason }) => [type, status, reason]);
  assert.deepEqual(conditions, [
    ['Ready', 'False', 'NodePortConflict'],
    ['Reconciling', 'True', 'ProgressingWithRetry'],
    ['DeploymentReady', 'True', 'Available'],
    ['ServiceReady', 'False', 'NodePortConflict'],
  ]);
  assert.match(conditionOf(waiting, 'ServiceReady')?.message ?? '', /30010.*already allocated/);
  assert.equal(await world.service('waiter'), undefined);

  await world.change('holder', { nodePort: 30_011 });

  await world.ready('waiter');
  assert.equal(serviceSpec(await world.service('waiter')).ports[0]?.nodePort, 30_010);
});

test('a change to a node port that is taken leaves the Service as it was', async () => {
  await world.create('settled', { serviceType: 'NodePort', nodePort: 30_012 });
  await world.ready('settled');
  const before = await world.service('settled');

  await world.change('settled', { nodePort: 30_011 });

  await world.notReady('settled', 'NodePortConflict');
  assert.equal((await world.service('settled'))?.metadata.resourceVersion, before?.metadata.resourceVersion);
  await world.change('settled', { nodePort: 30_012 });
  await world.ready('settled');
});

test('a node port out of range stalls as InvalidSpec until it is changed', async () => {
  await world.create('outside', { serviceType: 'NodePort', nodePort: 80 });

  const web = await world.notReady('outside', 'InvalidSpec');

  const stalled = conditionOf(web, 'Stalled');
  assert.equal(stalled?.status, 'True');
  assert.equal(stalled.reason, 'InvalidSpec');
  assert.match(stalled.message, /nodePort.*valid ports is 30000-32767/s);
  assert.equal(conditionOf(web, 'Reconciling'), undefined);

  await world.change('outside', { nodePort: 30_013 });
  const healed = await world.ready('outside');
  assert.equal(conditionOf(healed, 'Stalled'), undefined);
});

test('a node port that was fixed and is no longer asked for stays the same', async () => {
  await world.create('released', { serviceType: 'LoadBalancer', nodePort: 30_014 });
  await world.ready('released');

  await world.change('released', { nodePort: null, port: 81 });
  await world.ready('released');
  await world.change('released', { port: 82, serviceType: 'NodePort' });
  await world.ready('released');

  const { ports } = serviceSpec(await world.service('released'));
  assert.deepEqual(ports, [{ name: 'http-traffic', protocol: 'TCP', port: 82, targetPort: 8080, nodePort: 30_014 }]);
});

test('two ElasticWebs swap their node ports', async () => {
  await world.create('left', { serviceType: 'NodePort', nodePort: 30_015 });
  await world.create('right', { serviceType: 'NodePort', nodePort: 30_016 });
  await Promise.all([world.ready('left'), world.ready('right')]);

  await world.change('left', { nodePort: 30_016 });
  await world.change('right', { nodePort: 30_017 });
  await world.until(SERVICE, 'left', (service) => serviceSpec(service).ports[0]?.nodePort === 30_016);
  await world.change('right', { nodePort: 30_015 });

  await Promise.all([world.ready('left'), world.ready('right')]);
  assert.equal(serviceSpec(await world.service('right')).ports[0]?.nodePort, 30_015);
});
