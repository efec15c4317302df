/** A syncer that ends, in whatever way, and starts again: nothing is lost, nothing is made twice, nothing is written in vain. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { Program } from '../control-plane/program.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { syncerWrites } from './audit.ts';
import { containerOf } from './kinds.ts';
import { endSyncer, OWN_SYNCER_LABEL, startSyncer } from './syncer-process.ts';
import { conditionOf, useWorld, type World } from './world.ts';

const world = await useWorld();
const labels = { [OWN_SYNCER_LABEL]: 'restart' };
let syncer: Program = await start();
after(() => syncer.stop({ graceMs: 0 }));

test('told to end, it ends with code 0', async () => {
  await world.create('web', { replicas: 2, mtargetPort: 9090 }, labels);
  await world.create('stalled', { replicas: 0, podLabels: { team: 'no spaces' } }, labels);
  await world.create('paused', { suspend: true }, labels);
  await world.ready('web');
  await world.notReady('stalled', 'InvalidSpec');
  await world.notReady('paused', 'Suspended');

  assert.equal(await endSyncer(syncer), 'code 0');
});

test('started over a world that is as it should be, it writes nothing', async () => {
  const [versions, writes] = [await resourceVersions(world), syncerWrites(world.namespace)];

  syncer = await start();
  await settled('first');

  assert.deepEqual(await resourceVersions(world, 'first'), versions);
  assert.deepEqual(
    syncerWrites(world.namespace).filter((write) => !/\bfirst$/.test(write)),
    writes,
  );
});

test('what changed while it was down is done when it is back', async () => {
  await endSyncer(syncer);
  await world.change('web', { image: 'nginx:1.30', mtargetPort: null });
  await world.patch(DEPLOYMENT, 'web', { spec: { replicas: 7 } });
  await world.kubectl('delete', 'service', 'web');
  await world.change('stalled', { podLabels: { team: 'no-spaces' } });

  syncer = await start();

  const web = await world.ready('web');
  assert.equal(web.status?.desiredReplicas, 2);
  assert.equal(containerOf(await world.deployment('web')).image, 'nginx:1.30');
  await world.until(DEPLOYMENT, 'web', ({ status }) => status?.replicas === 2);
  assert.ok(await world.service('web'));
  await world.untilGone(SERVICE, 'web-metrics');
  assert.equal(conditionOf(await world.ready('stalled'), 'Stalled'), undefined);
});

test('killed in the middle of twenty ElasticWebs and started again, it has each of their children made once', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);
  await Promise.all(names.map((name) => world.create(name, { totalQPS: 0, mtargetPort: 9090 }, labels)));
  // In the middle: the first has begun, the last has not ended.
  await Promise.any(names.map((name) => world.until(DEPLOYMENT, name, () => true)));
  await syncer.stop({ graceMs: 0 });
  const made = (await deploymentsOf(names)).filter((deployment) => deployment !== undefined);

  syncer = await start();

  const webs = await Promise.all(names.map((name) => world.ready(name)));
  const creations = syncerWrites(world.namespace).filter((write) => write.includes(' many-'));
  for (const [index, deployment] of (await deploymentsOf(names)).entries()) {
    const name = names[index] ?? '';
    assert.equal(deployment?.metadata.ownerReferences?.[0]?.uid, webs[index]?.metadata.uid);
    assert.equal(deployment?.metadata.generation, 1, `${name}: made once and never changed`);
    for (const child of [`services ${name}`, `services ${name}-metrics`, `deployments ${name}`]) {
      // The answer to the last write before the end may be lost, but not the write.
      const count = creations.filter((write) => write.endsWith(` ${child}`)).length;
      assert.ok(count <= 1, `${child} was written ${count} times`);
    }
  }
  assert.ok(made.length < names.length, 'the syncer was killed too late for this test to say anything');
});

function start(): Promise<Program> {
  return startSyncer(useControlPlane(), 'restart', `--selector=${OWN_SYNCER_LABEL}=restart`);
}

function deploymentsOf(names: readonly string[]) {
  return Promise.all(names.map((name) => world.deployment(name)));
}

/** Returns when the test's own syncer has seen everything, and done what there was to do. */
async function settled(name: string): Promise<void> {
  await world.create(name, { totalQPS: 0 }, labels);
  await world.ready(name);
}

/** The version of every ElasticWeb and child but one. */
async function resourceVersions({ client, namespace }: World, except = ''): Promise<string[]> {
  const lists = await Promise.all(
    ([ELASTIC_WEB, DEPLOYMENT, SERVICE] as readonly ResourceType[]).map((type) => client.listAll(type, { namespace })),
  );
  return lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => metadata.name !== except)
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`)
    .sort();
}
