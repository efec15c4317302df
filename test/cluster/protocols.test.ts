/** TCP and UDP live together, and a Service changes from one to the other without being made anew. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVICE } from '../../src/syncer/kinds.ts';
import { containerOf, serviceSpec } from './kinds.ts';
import { useWorld } from './world.ts';

const world = await useWorld();

test('two ElasticWebs have the same number, one over TCP and one over UDP', async () => {
  await world.create('dns-tcp', { port: 53, podPort: 53, protocol: 'TCP' });
  await world.create('dns-udp', { port: 53, podPort: 53, protocol: 'UDP' });

  for (const protocol of ['TCP', 'UDP']) {
    const name = `dns-${protocol.toLowerCase()}`;
    await world.ready(name);

    assert.deepEqual(containerOf(await world.deployment(name)).ports, [{ name: 'http', containerPort: 53, protocol }]);
    assert.deepEqual(serviceSpec(await world.service(name)).ports, [
      { name: 'http-traffic', protocol, port: 53, targetPort: 53 },
    ]);
  }
});

test('from TCP to UDP and back, the Service has one port, the same cluster IP and the same node port', async () => {
  await world.create('switch', { serviceType: 'NodePort' });
  await world.ready('switch');
  const first = await world.service('switch');
  const [{ nodePort } = {}] = serviceSpec(first).ports;
  assert.ok(nodePort);

  for (const protocol of ['UDP', 'TCP', 'UDP']) {
    await world.change('switch', { protocol });
    await world.ready('switch');

    const service = await world.service('switch');
    assert.deepEqual(serviceSpec(service).ports, [
      { name: 'http-traffic', protocol, port: 80, targetPort: 8080, nodePort },
    ]);
    assert.equal(serviceSpec(service).clusterIP, serviceSpec(first).clusterIP);
    assert.equal(service?.metadata.uid, first?.metadata.uid);
    assert.deepEqual(containerOf(await world.deployment('switch')).ports, [
      { name: 'http', containerPort: 8080, protocol },
    ]);
  }
});

test('name, number and protocol of a port change together, and the node port stays', async () => {
  await world.create('all', { serviceType: 'LoadBalancer' });
  await world.ready('all');
  const [{ nodePort } = {}] = serviceSpec(await world.service('all')).ports;
  assert.ok(nodePort);

  await world.change('all', { name: 'dns', port: 53, protocol: 'UDP' });
  await world.ready('all');

  assert.deepEqual(serviceSpec(await world.service('all')).ports, [
    { name: 'dns-traffic', protocol: 'UDP', port: 53, targetPort: 8080, nodePort },
  ]);
});

test('UDP traffic and TCP metrics on one number are two ports of the container and two Services', async () => {
  await world.create('game', { port: 7000, podPort: 7000, protocol: 'UDP', mtargetPort: 7000 });
  await world.ready('game');

  assert.deepEqual(containerOf(await world.deployment('game')).ports, [
    { name: 'http', containerPort: 7000, protocol: 'UDP' },
    { name: 'metrics', containerPort: 7000, protocol: 'TCP' },
  ]);
  assert.deepEqual(serviceSpec(await world.service('game')).ports, [
    { name: 'http-traffic', protocol: 'UDP', port: 7000, targetPort: 7000 },
  ]);
  assert.deepEqual(serviceSpec(await world.service('game-metrics')).ports, [
    { name: 'metric-traffic', protocol: 'TCP', port: 7000, targetPort: 7000 },
  ]);

  // Over TCP, traffic and metrics are one and the same port.
  await world.change('game', { protocol: 'TCP' });
  await world.ready('game');
  assert.deepEqual(containerOf(await world.deployment('game')).ports, [
    { name: 'http', containerPort: 7000, protocol: 'TCP' },
  ]);
  await world.until(SERVICE, 'game', ({ spec }) => spec.ports?.[0]?.protocol === 'TCP');
});
