/** Objects of somebody else that have the name of a child are never touched, unless their owner hands them over. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ADOPT_ANNOTATION } from '../../src/api/resource.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, type ElasticWebResource, SERVICE } from '../../src/syncer/kinds.ts';
import { CONFIG_MAP, deploymentSpec, serviceSpec } from './kinds.ts';
import { conditionOf, useWorld } from './world.ts';

const world = await useWorld();
const legacy = await world.make(CONFIG_MAP, 'legacy', {});

const ownLabels = (name: string) => ({
  app: name,
  'app.kubernetes.io/name': 'elasticweb',
  'app.kubernetes.io/instance': name,
  'app.kubernetes.io/managed-by': 'elasticweb',
});
const strangers = [
  { who: 'nobody owns', found: 'no owner', metadata: () => ({}) },
  {
    who: 'another controller owns',
    found: 'ConfigMap/legacy',
    metadata: () => ({
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'legacy', uid: legacy.metadata.uid, controller: true },
      ],
    }),
  },
  {
    who: 'Helm made',
    found: 'no owner',
    metadata: () => ({
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'shop' },
    }),
  },
  {
    who: 'carries labels copied from ours',
    found: 'no owner',
    metadata: (name: string) => ({ labels: ownLabels(name) }),
  },
];
/** The children whose names can be taken, and what has to be asked for to get that child. */
const places = [
  { child: 'Deployment', type: DEPLOYMENT as ResourceType, suffix: '', spec: {} },
  { child: 'Service', type: SERVICE as ResourceType, suffix: '', spec: {} },
  { child: 'metrics Service', type: SERVICE as ResourceType, suffix: '-metrics', spec: { mtargetPort: 9090 } },
];

suite('a stranger stays exactly as it was, and the ElasticWeb stalls:', { concurrency: 4 }, () => {
  for (const [place, { child, type, suffix, spec }] of places.entries()) {
    for (const [index, { who, found, metadata }] of strangers.entries()) {
      test(`a ${child} that ${who}`, async () => {
        const name = `taken-${place}-${index}`;
        const before = await makeForeign(type, `${name}${suffix}`, metadata(name));

        await world.create(name, spec);
        const web = await world.notReady(name, 'NameConflict');

        assertConflict(web, `${type.kind} ${world.namespace}/${name}${suffix}`, found);
        await world.touch(name);
        await world.settled();
        assert.deepEqual(await world.get(type, `${name}${suffix}`), before);
        // Nothing else was made either.
        const others = places.filter((other) => other.child !== child);
        for (const other of others) assert.equal(await world.get(other.type, `${name}${other.suffix}`), undefined);
      });
    }
  }
});

test('when the stranger goes, the ElasticWeb gets its children', async () => {
  await makeForeign(DEPLOYMENT, 'going', {});
  await world.create('going');
  await world.notReady('going', 'NameConflict');

  await world.kubectl('delete', 'deployment', 'going', '--cascade=foreground');
  await world.touch('going'); // Else it is looked for every 30 s.

  const web = await world.ready('going');
  assert.equal(conditionOf(web, 'Stalled'), undefined);
});

test('a stranger with our labels is watched, so its going is seen at once', async () => {
  await makeForeign(SERVICE, 'watched', { labels: ownLabels('watched') });
  await world.create('watched');
  await world.notReady('watched', 'NameConflict');

  await world.kubectl('delete', 'service', 'watched');

  await world.ready('watched');
});

test('a stranger is taken over as it is when it is annotated with the name of the ElasticWeb, and by no other name', async () => {
  const deployment = await makeForeign(DEPLOYMENT, 'adopted', { annotations: { [ADOPT_ANNOTATION]: 'other' } });
  const service = await makeForeign(SERVICE, 'adopted', { annotations: { [ADOPT_ANNOTATION]: 'other' } });
  const web = await world.create('adopted', { replicas: 3, port: 8000 });
  await world.notReady('adopted', 'NameConflict');
  await world.settled();
  assert.deepEqual(await world.deployment('adopted'), deployment);
  assert.deepEqual(await world.service('adopted'), service);

  const handOver = { metadata: { annotations: { [ADOPT_ANNOTATION]: 'adopted' } } };
  await world.patch(DEPLOYMENT, 'adopted', handOver);
  await world.patch(SERVICE, 'adopted', handOver);
  await world.touch('adopted');

  await world.ready('adopted');
  for (const [type, before] of [
    [DEPLOYMENT as ResourceType, deployment],
    [SERVICE as ResourceType, service],
  ] as const) {
    const { metadata } = (await world.get(type, 'adopted')) ?? assert.fail(`${type.kind} is gone`);
    assert.equal(metadata.uid, before.metadata.uid);
    assert.deepEqual(
      metadata.ownerReferences?.map(({ uid, controller }) => [uid, controller]),
      [[web.metadata.uid, true]],
    );
  }
  assert.equal(deploymentSpec(await world.deployment('adopted')).replicas, 3);
  assert.ok(serviceSpec(await world.service('adopted')).ports.some(({ port }) => port === 8000));
});

test('a Deployment that selects other pods cannot be taken over, and the ElasticWeb says why', async () => {
  await makeForeign(DEPLOYMENT, 'unlike', { annotations: { [ADOPT_ANNOTATION]: 'unlike' } }, { app: 'unlike' });

  await world.create('unlike');

  const web = await world.notReady('unlike', 'NameConflict');
  assert.equal(conditionOf(web, 'Stalled')?.reason, 'NameConflict');
  assert.match(conditionOf(web, 'Ready')?.message ?? '', /cannot be handed over: its selector is .*cannot be changed/);
  assert.equal(await world.service('unlike'), undefined, 'and nothing was made beside it');
});

test('of two ElasticWebs whose children have one name, the second stalls and the first is unaffected', async () => {
  await world.create('x', { mtargetPort: 9090 });
  await world.ready('x');
  const before = await world.service('x-metrics');

  await world.create('x-metrics');

  const second = await world.notReady('x-metrics', 'NameConflict');
  assertConflict(second, `Service ${world.namespace}/x-metrics`, 'ElasticWeb/x');
  await world.settled();
  assert.deepEqual(await world.service('x-metrics'), before);
  assert.equal(await world.deployment('x-metrics'), undefined);
  assert.equal(conditionOf((await world.web('x')) ?? assert.fail(), 'Ready')?.status, 'True');

  // When the first lets go of the name, the second gets it.
  await world.change('x', { mtargetPort: null });
  await world.until(SERVICE, 'x-metrics', ({ metadata }) => metadata.uid !== before?.metadata.uid);
  await world.ready('x-metrics');
  await world.ready('x');
});

test('an ElasticWeb that runs and comes into conflict goes on running, and its other children are kept', async () => {
  await world.create('y-metrics');
  await world.create('y', { replicas: 1 });
  await world.ready('y');
  await world.ready('y-metrics');
  const before = await world.service('y-metrics');

  await world.change('y', { mtargetPort: 9090, replicas: 2 });

  await world.notReady('y', 'NameConflict');
  await world.until(DEPLOYMENT, 'y', ({ status }) => status?.readyReplicas === 2);
  await world.settled();
  assert.deepEqual(await world.service('y-metrics'), before);
});

function assertConflict(web: ElasticWebResource, object: string, owner: string): void {
  const { name } = web.metadata;
  const stalled = conditionOf(web, 'Stalled');
  assert.equal(stalled?.status, 'True');
  assert.equal(stalled.reason, 'NameConflict');
  assert.equal(conditionOf(web, 'Reconciling'), undefined);
  const message = conditionOf(web, 'Ready')?.message ?? '';
  assert.ok(message.startsWith(`${object} is not ours: expected owner ElasticWeb/${name}, found ${owner}.`), message);
  const [kind = '', key = ''] = object.split(' ');
  const [namespace = '', child = ''] = key.split('/');
  const target = `--namespace ${namespace} ${kind.toLowerCase()} ${child}`;
  // What another controller keeps is not its user's to give.
  const handOver = `, or hand it over: kubectl annotate ${target} ${ADOPT_ANNOTATION}=${name}`;
  const wayOut = `Delete or rename one of the two${owner === 'no owner' ? handOver : '.'}`;
  assert.ok(message.endsWith(wayOut), message);
}

/** Makes an object that is not ours, and waits until its own controller has said what it has to say. */
async function makeForeign(
  type: ResourceType,
  name: string,
  metadata: object,
  selector: Record<string, string> = {
    'app.kubernetes.io/name': 'elasticweb',
    'app.kubernetes.io/instance': name,
  },
): Promise<KubeObject> {
  const template = {
    metadata: { labels: selector },
    spec: { containers: [{ name: 'theirs', image: 'theirs:1' }] },
  };
  const spec =
    type.kind === 'Deployment'
      ? { replicas: 0, selector: { matchLabels: selector }, template }
      : { selector, ports: [{ name: 'theirs', port: 7000 }] };
  const made = await world.make(type, name, { metadata: { ...world.named(name), ...metadata }, spec });
  if (type.kind !== 'Deployment') return made;
  return world.until(
    DEPLOYMENT,
    name,
    ({ metadata, status }) =>
      status?.observedGeneration === metadata.generation &&
      status?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') === true,
  );
}
