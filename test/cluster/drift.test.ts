/** Whatever somebody does to a child by hand is repaired, with one write, and what nobody asked for is left alone. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ADOPT_ANNOTATION } from '../../src/api/resource.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { syncerWrites } from './audit.ts';
import { containerOf, deploymentSpec, serviceSpec } from './kinds.ts';
import { changes } from './paths.ts';
import { conditionOf, useWorld } from './world.ts';

const world = await useWorld();

interface Drift {
  readonly name: string;
  readonly type: ResourceType;
  /** A merge patch: what somebody does to the child. */
  readonly patch: object;
}

const drifts: readonly Drift[] = [
  {
    name: 'another image',
    type: DEPLOYMENT,
    patch: { spec: { template: { spec: { containers: [{ name: 'web', image: 'evil:1' }] } } } },
  },
  { name: 'another number of pods', type: DEPLOYMENT, patch: { spec: { replicas: 5 } } },
  {
    name: 'a stripped label that the syncer watches by',
    type: DEPLOYMENT,
    patch: { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } },
  },
  { name: 'all labels stripped', type: SERVICE, patch: { metadata: { labels: null } } },
  { name: 'a stripped owner reference', type: DEPLOYMENT, patch: { metadata: { ownerReferences: null } } },
  {
    name: 'another target port',
    type: SERVICE,
    patch: { spec: { ports: [{ name: 'http-traffic', port: 80, targetPort: 1 }] } },
  },
  { name: 'another selector', type: SERVICE, patch: { spec: { selector: { app: 'other' } } } },
  { name: 'another Service type', type: SERVICE, patch: { spec: { type: 'NodePort' } } },
];

suite('repaired with one write:', { concurrency: 4 }, () => {
  for (const [index, { name, type, patch }] of drifts.entries()) {
    test(`${name} (${type.kind})`, async () => {
      const web = `drift-${index}`;
      await world.create(web, { totalQPS: 0 });
      await world.ready(web);
      const before = await world.get(type, web);
      const written = await writesTo(type, web, 1);

      await world.patch(type, web, patch);

      await world.until(type, web, (live) => Object.keys(differences(before, live)).length === 0);
      await world.settled();
      assert.deepEqual(differences(before, await world.get(type, web)), {});
      assert.equal((await world.get(type, web))?.metadata.uid, before?.metadata.uid);
      assert.deepEqual(await writesTo(type, web, written.length + 1), [...written, `patch ${type.plural} ${web}`]);
    });
  }
});

test('a port that somebody renumbered gets its number back, and the wrong number goes', async () => {
  await world.create('renumbered', { totalQPS: 0, serviceType: 'NodePort' });
  await world.ready('renumbered');
  const ports = async () => [
    serviceSpec(await world.service('renumbered')).ports,
    containerOf(await world.deployment('renumbered')).ports,
  ];
  const before = await ports();

  const [{ nodePort } = {}] = serviceSpec(await world.service('renumbered')).ports;
  await world.patch(SERVICE, 'renumbered', { spec: { ports: [{ name: 'http-traffic', port: 90, nodePort }] } });
  const container = { name: 'web', image: 'nginx:1.29', ports: [{ name: 'http', containerPort: 9000 }] };
  await world.patch(DEPLOYMENT, 'renumbered', { spec: podSpec({ containers: [container] }) });
  await world.settled();

  await world.ready('renumbered');
  const [service = [], deployment] = await ports();
  assert.deepEqual(deployment, before[1]);
  assert.deepEqual(
    service.map((port) => ({ ...port, nodePort: 0 })),
    before[0]?.map((port) => ({ ...port, nodePort: 0 })),
  );
  // What the repair did to whose the fields are does not keep later changes from coming through.
  await world.change('renumbered', { port: 81, podPort: 8081, serviceType: 'ClusterIP' });
  await world.ready('renumbered');
  assert.deepEqual(await ports(), [
    [{ name: 'http-traffic', protocol: 'TCP', port: 81, targetPort: 8081 }],
    [{ name: 'http', containerPort: 8081, protocol: 'TCP' }],
  ]);
});

test('a child stripped of all that says whose it is, is not touched any more, and the ElasticWeb says how to give it back', async () => {
  await world.create('stripped', { totalQPS: 0 });
  await world.ready('stripped');
  await world.patch(SERVICE, 'stripped', { metadata: { labels: null, ownerReferences: null } });

  const web = await world.notReady('stripped', 'NameConflict');

  assert.match(conditionOf(web, 'Ready')?.message ?? '', /kubectl annotate .* elasticweb.example.com\/adopt=stripped$/);
  await world.patch(SERVICE, 'stripped', { metadata: { annotations: { [ADOPT_ANNOTATION]: 'stripped' } } });
  await world.touch('stripped');
  await world.ready('stripped');
});

test('a child that somebody deleted is made again', async () => {
  await world.create('deleted', { totalQPS: 0, mtargetPort: 9090 });
  await world.ready('deleted');
  const targets = [
    [DEPLOYMENT as ResourceType, 'deleted'],
    [SERVICE as ResourceType, 'deleted'],
    [SERVICE as ResourceType, 'deleted-metrics'],
  ] as const;

  for (const [type, name] of targets) {
    const before = await world.get(type, name);
    await world.kubectl('delete', type.plural, name, '--wait=false');
    await world.until(type, name, ({ metadata }) => metadata.uid !== before?.metadata.uid);
  }

  await world.ready('deleted');
});

test('with mode Observe, a Deployment that somebody deleted comes back with the pods that it had', async () => {
  await world.create('observed', { totalQPS: 500, autoscaling: { mode: 'Observe', maxReplicas: 20 } });
  await world.ready('observed');
  await world.kubectl('scale', 'deployment/observed', '--replicas=3');
  const { metadata } = await world.until(DEPLOYMENT, 'observed', ({ status }) => status?.readyReplicas === 3);
  await world.until(ELASTIC_WEB, 'observed', ({ status }) => status?.desiredReplicas === 3);

  await world.kubectl('delete', 'deployment', 'observed');

  const again = await world.until(DEPLOYMENT, 'observed', (live) => live.metadata.uid !== metadata.uid);
  assert.equal(again.spec.replicas, 3);
});

test('what others add to a child stays: labels, annotations, a port, an environment variable, a sidecar', async () => {
  await world.create('extra', { totalQPS: 0, serviceType: 'NodePort', env: [{ name: 'OURS', value: '1' }] });
  await world.ready('extra');
  await world.settled();
  const added = { labels: { team: 'shop' }, annotations: { 'example.com/note': 'hello' } };
  const containers = [
    { name: 'web', env: [{ name: 'THEIRS', value: '2' }] },
    { name: 'sidecar', image: 'proxy:1' },
  ];
  await world.kubectl('patch', 'deployment', 'extra', '-p', json({ metadata: added, spec: podSpec({ containers }) }));
  await world.kubectl('patch', 'service', 'extra', '-p', json({ metadata: added, spec: extraPort }));
  const [deployment, service] = await Promise.all([world.deployment('extra'), world.service('extra')]);
  const nodePorts = async () => serviceSpec(await world.service('extra')).ports.map(({ nodePort }) => nodePort);
  const before = await nodePorts();

  await world.settled();
  assert.equal((await world.deployment('extra'))?.metadata.generation, deployment?.metadata.generation);
  assert.equal((await world.service('extra'))?.metadata.resourceVersion, service?.metadata.resourceVersion);
  // Nor does a change of ours take it away.
  await world.change('extra', { image: 'nginx:1.30', port: 81 });
  await world.ready('extra');

  const after = await world.deployment('extra');
  assert.equal(after?.metadata.labels?.team, 'shop');
  assert.equal(containerOf(after).image, 'nginx:1.30');
  assert.deepEqual(
    deploymentSpec(after).template.spec.containers.map(({ name }) => name),
    ['web', 'sidecar'],
  );
  assert.deepEqual(
    serviceSpec(await world.service('extra')).ports.map(({ port }) => port),
    [7000, 81],
  );
  assert.deepEqual(await nodePorts(), before);
});

test('kubectl edit, scale and set image of a child do not last', async () => {
  await world.create('by-hand', { replicas: 1 });
  await world.ready('by-hand');
  process.env.KUBE_EDITOR = `sed -i 's/port: 80$/port: 90/'`;

  await world.kubectl('edit', 'service', 'by-hand');
  await world.kubectl('scale', 'deployment', 'by-hand', '--replicas=4');
  await world.kubectl('set', 'image', 'deployment/by-hand', 'web=evil:1');

  await world.until(SERVICE, 'by-hand', (service) => serviceSpec(service).ports.every(({ port }) => port === 80));
  await world.until(
    DEPLOYMENT,
    'by-hand',
    (live) => deploymentSpec(live).replicas === 1 && containerOf(live).image === 'nginx:1.29',
  );
  const web = await world.ready('by-hand');
  assert.equal(web.status?.desiredReplicas, 1);
});

const json = (value: object) => JSON.stringify(value);
const podSpec = (spec: object) => ({ template: { spec } });
const extraPort = { ports: [{ name: 'extra', port: 7000 }] };

/** Where the child is no longer what it was, besides what only keeps the books. */
function differences(before: KubeObject | undefined, after: KubeObject | undefined): object {
  const kept = (object: KubeObject | undefined) => {
    const { managedFields, resourceVersion, generation, annotations = {}, ...metadata } = object?.metadata ?? {};
    const { 'deployment.kubernetes.io/revision': revision, ...others } = annotations;
    return { ...object, metadata: { ...metadata, annotations: others }, status: undefined };
  };
  return changes(kept(before), kept(after));
}

/** The syncers' writes to a child, once there are so many. */
function writesTo(type: ResourceType, name: string, count: number): Promise<string[]> {
  return eventually(
    () => {
      const writes = syncerWrites(world.namespace).filter((write) => write.endsWith(` ${type.plural} ${name}`));
      return writes.length >= count && writes;
    },
    { timeoutMs: 10_000, what: `${count} writes to ${type.kind} ${name} in the audit log` },
  );
}
