/** Every field of the spec reaches the children, and nothing else of them changes. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { spec as specSchema } from '../../src/api/spec.ts';
import type { KubeObject } from '../../src/kube/resource.ts';
import { ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { syncerWrites } from './audit.ts';
import { endings, environment, probes } from './change-rows/containers.ts';
import { pods } from './change-rows/pods.ts';
import { ports, replicas } from './change-rows/ports.ts';
import { rollouts, services } from './change-rows/rollouts.ts';
import { ANYTHING, type ChangeRow } from './change-rows/row.ts';
import { containerOf, serviceSpec } from './kinds.ts';
import { changes } from './paths.ts';
import { isCurrent, useWorld } from './world.ts';

const world = await useWorld();

suite('a change reaches the children, and nothing else of them changes:', { concurrency: 8 }, () => {
  const groups = [ports, replicas, pods, environment, probes, endings, rollouts, services];
  for (const [index, row] of groups.flat().entries()) test(row.name, () => changesExactly(`row-${index}`, row));

  test('there is a row for every field of the spec', () => {
    const inRows = new Set(groups.flat().flatMap(({ from = {}, patch }) => Object.keys({ ...from, ...patch })));

    const missing = Object.keys(specSchema.properties ?? {}).filter((field) => !inRows.has(field));

    assert.deepEqual(missing, ['suspend'], 'suspend has a test of its own');
  });
});

test('what changes while an ElasticWeb is suspended waits until it no longer is', async () => {
  await world.create('suspended', { totalQPS: 0 });
  const before = await childrenOf('suspended');
  await world.change('suspended', { suspend: true, image: 'nginx:1.30', port: 81 });
  assert.deepEqual(changes(before, await childrenOf('suspended')), {});

  await world.change('suspended', { suspend: null });

  assert.deepEqual(changes(before.objects, (await childrenOf('suspended')).objects), {
    'deployment.spec.template.spec.containers[0].image': 'nginx:1.30',
    'service.spec.ports[0].port': 81,
  });
});

test('the metrics Service comes with mtargetPort and goes without it, although the syncer may not delete', async () => {
  await world.create('measured', { totalQPS: 0 });
  const before = await childrenOf('measured');
  await world.change('measured', { mtargetPort: 9090 });
  const measured = await childrenOf('measured');
  assert.deepEqual(containerOf(measured.objects.deployment).ports[1], {
    name: 'metrics',
    containerPort: 9090,
    protocol: 'TCP',
  });
  const metrics = await world.service('measured-metrics');
  assert.deepEqual(serviceSpec(metrics).ports, [
    { name: 'metric-traffic', protocol: 'TCP', port: 9090, targetPort: 9090 },
  ]);

  await world.change('measured', { mtargetPort: null });

  await world.untilGone(SERVICE, 'measured-metrics');
  assert.deepEqual(changes(before.objects, (await childrenOf('measured')).objects), {});
  // And back again at once: the old Service is not in the way.
  await world.change('measured', { mtargetPort: 'metrics' });
  const again = await world.until(SERVICE, 'measured-metrics', () => true);
  assert.notEqual(again.metadata.uid, metrics?.metadata.uid);
  assert.deepEqual(
    syncerWrites(world.namespace).filter((write) => !/^(patch|create) /.test(write)),
    [],
  );
});

test('through all Service types and back, the Service stays the same and keeps its cluster IP', async () => {
  const types = ['LoadBalancer', 'NodePort', 'ClusterIP', 'NodePort', 'LoadBalancer', 'ClusterIP'] as const;
  await world.create('traveller', { totalQPS: 0, serviceType: 'LoadBalancer' });
  const { objects } = await childrenOf('traveller');
  const first = await world.service('traveller');

  for (const serviceType of types) {
    await world.change('traveller', { serviceType });
    await childrenOf('traveller');

    const { metadata, spec } = (await world.service('traveller')) ?? assert.fail('the Service is gone');
    assert.equal(spec.type, serviceType);
    assert.equal(metadata.uid, first?.metadata.uid);
    assert.equal(serviceSpec({ metadata, spec } as typeof first).clusterIP, serviceSpec(first).clusterIP);
  }
  assert.ok(objects.service);
});

/** Makes the change of a row and compares the children before and after. */
async function changesExactly(name: string, { from = {}, patch, changed }: ChangeRow): Promise<void> {
  await world.create(name, { totalQPS: 0, ...from });
  const before = await childrenOf(name);

  await world.change(name, patch);

  const after = await childrenOf(name);
  const found = changes(before.objects, after.objects);
  const expected = Object.entries(changed).map(([path, value]) => [path, value === ANYTHING ? found[path] : value]);
  assert.deepEqual(found, Object.fromEntries(expected));
  for (const child of ['deployment', 'service', 'metricsService'] as const) {
    const isChanged = Object.keys(changed).some((path) => path.startsWith(`${child}.`));
    assert.equal(after.versions[child] !== before.versions[child], isChanged, `a write of ${child}`);
  }
}

/** The children once they are what the newest spec says, without what only keeps the books. */
async function childrenOf(name: string) {
  const { status } = await world.until(ELASTIC_WEB, name, isCurrent);
  assert.ok(!status?.conditions?.some(({ type }) => type === 'Stalled'), JSON.stringify(status?.conditions));
  const [deployment, service, metricsService] = await Promise.all([
    world.deployment(name),
    world.service(name),
    world.service(`${name}-metrics`),
  ]);
  assert.ok(deployment && service);
  return {
    objects: { deployment: asked(deployment), service: asked(service), metricsService: asked(metricsService) },
    // The Deployment controller writes a Deployment's status, which is no change of what was asked for.
    versions: {
      deployment: deployment.metadata.generation,
      service: service.metadata.resourceVersion,
      metricsService: metricsService?.metadata.resourceVersion,
    },
  };
}

/** What somebody asked for, of an object. */
function asked<T extends KubeObject>(object: T | undefined) {
  if (object === undefined) return undefined;
  const { labels, annotations, ownerReferences, uid } = object.metadata;
  const { 'deployment.kubernetes.io/revision': revision, ...asked } = annotations ?? {};
  const metadata = { uid, labels, ownerReferences, ...(Object.keys(asked).length > 0 && { annotations: asked }) };
  return { ...object, metadata, status: undefined };
}
