/** What becomes of an object that its owner hands over. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { useWorld } from './world.ts';

const world = await useWorld();

/** A Deployment and a Service as somebody wrote them by hand, with what the ElasticWeb will not ask for. */
const HAND_MADE = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
  labels: { team: blue }
  annotations: { elasticweb.example.com/adopt: NAME }
spec:
  replicas: 3
  selector:
    matchLabels: { app.kubernetes.io/name: elasticweb, app.kubernetes.io/instance: NAME }
  template:
    metadata:
      labels: { app.kubernetes.io/name: elasticweb, app.kubernetes.io/instance: NAME }
    spec:
      nodeSelector: { kubernetes.io/os: linux }
      containers:
        - name: web
          image: nginx:1.28
          env: [{ name: LEFT, value: over }]
        - name: helper
          image: busybox:1
---
apiVersion: v1
kind: Service
metadata:
  name: NAME
  annotations: { elasticweb.example.com/adopt: NAME }
spec:
  selector: { app: old }
  ports: [{ name: old, port: 9000 }]
`;

for (const [how, flag] of [
  ['client-side', '--server-side=false'],
  ['server-side', '--server-side=true'],
] as const) {
  test(`what was applied ${how} and handed over becomes what the ElasticWeb says, and nothing of its spec is left over`, async () => {
    const { code, stderr } = await world.tryKubectlWith(HAND_MADE.replaceAll('NAME', how), 'apply', flag, '-f', '-');
    assert.equal(code, 0, stderr);
    const before = await world.deployment(how);
    await world.create(how, { totalQPS: 0 });
    await world.ready(how);

    const deployment = await world.until(DEPLOYMENT, how, ({ metadata }) => metadata.ownerReferences?.length === 1);
    const service = await world.until(SERVICE, how, ({ metadata }) => metadata.ownerReferences?.length === 1);
    const { spec } = (
      deployment.spec as {
        template: { spec: { nodeSelector?: unknown; containers: { name: string; env?: unknown }[] } };
      }
    ).template;
    assert.equal(deployment.metadata.uid, before?.metadata.uid, 'taken over, not made anew');
    assert.deepEqual(
      spec.containers.map(({ name }) => name),
      ['web'],
    );
    assert.equal(spec.containers[0]?.env, undefined);
    assert.equal(spec.nodeSelector, undefined);
    assert.deepEqual(
      service.spec.ports?.map(({ port }) => port),
      [80],
    );
    assert.equal(deployment.metadata.labels?.team, 'blue', 'its metadata stays');
  });
}
