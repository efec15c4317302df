/** The two resources of the requirements, as they stand there, become running pods. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { containerOf, serviceSpec } from './kinds.ts';
import { conditionOf, useWorld, World } from './world.ts';

const world = await useWorld();
/** The namespace that the first resource brings along. */
const dev = new World('dev', world.client);
const NAME = 'elasticweb-sample';
const fixture = (name: string) => join(import.meta.dirname, '../fixtures', name);

test('the basic resource becomes two pods behind a load balancer: 700 QPS at 500 a pod', async () => {
  await dev.kubectl('apply', '-f', fixture('requirements-basic.yaml'));

  const web = await dev.ready(NAME);

  const deployment = await dev.deployment(NAME);
  assert.equal(deployment?.spec.replicas, 2);
  const { image, ports, resources } = containerOf(deployment);
  assert.equal(image, 'tomcat:8.0.18-jre8');
  assert.deepEqual(ports, [{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
  assert.deepEqual(resources, {
    limits: { cpu: '400m', memory: '500Mi' },
    requests: { cpu: '100m', memory: '100Mi' },
  });

  const service = serviceSpec(await dev.service(NAME));
  assert.equal(service.type, 'LoadBalancer');
  assert.deepEqual(service.ports, [
    { name: 'http-traffic', protocol: 'TCP', port: 8081, targetPort: 8080, nodePort: 30004 },
  ]);
  assert.equal(await dev.service(`${NAME}-metrics`), undefined, 'without mtargetPort there is no Service for metrics');

  const { status } = web;
  assert.equal(status?.replicas, 2);
  assert.equal(status.readyReplicas, 2);
  assert.equal(status.desiredReplicas, 2);
  assert.equal(status.realQPS, 1000);
  assert.deepEqual(
    status.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['Ready', 'True', 'Available'],
      ['DeploymentReady', 'True', 'Available'],
      ['ServiceReady', 'True', 'Applied'],
    ],
  );
  assert.match(conditionOf(web, 'ServiceReady')?.message ?? '', /load balancer has no address yet/);
});

test('what the basic resource made goes with it, and its node port is free again', async () => {
  await dev.kubectl('delete', '-f', fixture('requirements-basic.yaml'), '--wait=false');

  await dev.untilGone(DEPLOYMENT, NAME);
  await dev.untilGone(SERVICE, NAME);
});

test('the resource with a metrics port becomes one pod, and its metrics have a Service inside the cluster', async () => {
  await world.kubectl('apply', '-f', fixture('requirements-metrics.yaml'));

  const web = await world.ready(NAME);

  const { image, ports, resources } = containerOf(await world.deployment(NAME));
  assert.equal(image, 'hengyunabc/expose-prometheus-demo:0.0.1-SNAPSHOT');
  assert.deepEqual(ports, [
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
    { name: 'metrics', containerPort: 8090, protocol: 'TCP' },
  ]);
  assert.deepEqual(resources, {
    limits: { cpu: '800m', memory: '500Mi' },
    requests: { cpu: '100m', memory: '100Mi' },
  });
  const traffic = serviceSpec(await world.service(NAME));
  assert.equal(traffic.type, 'LoadBalancer');
  assert.deepEqual(traffic.ports, [
    { name: 'http-traffic', protocol: 'TCP', port: 8081, targetPort: 8080, nodePort: 30004 },
  ]);
  assert.equal(web.status?.replicas, 1, '10 QPS at 50 a pod');
  assert.equal(web.status.realQPS, 50);
});

test("the requirements' ServiceMonitor finds the metrics Service, and no other", async () => {
  const { items } = await world.client.listAll(SERVICE, {
    namespace: world.namespace,
    labelSelector: `app=${NAME}`,
  });

  const monitored = items.filter((service) => serviceSpec(service).ports.some(({ name }) => name === 'metric-traffic'));

  assert.deepEqual(
    monitored.map(({ metadata }) => metadata.name),
    [`${NAME}-metrics`],
  );
  const { type, ports, selector } = serviceSpec(monitored[0]);
  assert.equal(type, 'ClusterIP');
  assert.deepEqual(ports, [{ name: 'metric-traffic', protocol: 'TCP', port: 8090, targetPort: 8090 }]);
  assert.deepEqual(selector, serviceSpec(await world.service(NAME)).selector);
});
