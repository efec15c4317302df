/** An installation with ElasticWebs that serve: upgraded while they do, and removed again until nothing is left. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import type { Program } from '../control-plane/program.ts';
import { ownControlPlane } from '../faults/own-control-plane.ts';
import { syncerRequests } from './audit.ts';
import { ARGO_CD, INSTALL, installed, PREVIOUS, remove, run } from './installation.ts';
import { deploymentSpec, POD } from './kinds.ts';
import { endSyncer, startSyncer } from './syncer-process.ts';
import { useWorld } from './world.ts';

const controlPlane = await ownControlPlane({ auditLog: true, manifests: [PREVIOUS] });
const { kubectl } = controlPlane;
const world = await useWorld();
const WEBS = ['declared', 'measured', 'by-hand', 'with-metrics'];
let syncer: Program = await startSyncer(controlPlane, 'syncer');
after(async () => {
  await syncer.stop({ graceMs: 0 });
  await controlPlane.stop();
});

test('an upgrade of CRD, rights and syncer keeps every ElasticWeb, restarts no pod, and makes the syncer write nothing', async () => {
  await world.create('declared', { totalQPS: 1_000 });
  await world.create('measured', { totalQPS: 500, autoscaling: { maxReplicas: 5 } });
  await world.create('by-hand', { replicas: 1 });
  await world.create('with-metrics', { totalQPS: 500, mtargetPort: 9090, podSecurity: 'Restricted' });
  for (const name of WEBS) await world.ready(name);
  assert.equal(await endSyncer(syncer), 'code 0');
  const before = await served();
  const written = childWrites();
  assert.equal(before.pods.length, 5);

  await ARGO_CD.bring(kubectl, INSTALL);
  syncer = await startSyncer(controlPlane, 'upgraded');
  await world.settled();

  assert.deepEqual(await served(), before);
  assert.deepEqual(childWrites(), written);
  // And it works: with the rights and the CRD that are there now.
  await world.change('declared', { totalQPS: 1_500 });
  await world.until(DEPLOYMENT, 'declared', ({ status }) => status?.readyReplicas === 3);
});

test('removed in the order that the documentation gives, nothing is left', async () => {
  await remove(kubectl, 'elasticwebs', '--all', '--all-namespaces', '--cascade=foreground');
  for (const type of [ELASTIC_WEB, DEPLOYMENT, SERVICE, POD] as readonly ResourceType[]) {
    const { items } = await world.client.listAll(type, { namespace: world.namespace });
    assert.deepEqual(
      items.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
      [],
      type.kind,
    );
  }
  assert.equal(await endSyncer(syncer), 'code 0');

  await remove(kubectl, '-f', INSTALL);

  assert.deepEqual(await installed(kubectl), []);
  assert.equal(
    await run(kubectl, 'api-resources', '--api-group=elasticweb.example.com', '--no-headers', '-o', 'name'),
    '',
  );
  const kinds = 'clusterroles,clusterrolebindings,roles,rolebindings,leases,deployments,services,serviceaccounts';
  await eventually(
    async () => {
      assert.doesNotMatch(await run(kubectl, 'get', kinds, '--all-namespaces', '-o', 'name'), /elasticweb/);
      // The roles that were added to Kubernetes' own are taken out by its controller.
      const edit = await run(kubectl, 'get', 'clusterrole', 'edit', '-o', 'json');
      assert.doesNotMatch(edit, /elasticweb/);
    },
    { timeoutMs: 30_000, what: 'nothing to be left' },
  );
});

/** What serves, as far as an upgrade must not touch it. */
async function served() {
  const { namespace, client } = world;
  const lists = await Promise.all(
    ([ELASTIC_WEB, DEPLOYMENT, SERVICE] as readonly ResourceType[]).map((type) => client.listAll(type, { namespace })),
  );
  const objects = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => !metadata.name.startsWith('after-'))
    .map(({ kind, metadata }) => ({ kind, name: metadata.name, uid: metadata.uid, generation: metadata.generation }));
  const specs = [];
  for (const name of WEBS) {
    const deployment = await world.deployment(name);
    specs.push((await world.web(name))?.spec, (await world.service(name))?.spec);
    specs.push(deploymentSpec(deployment));
  }
  const { items } = await client.listAll(POD, { namespace });
  const pods = items.map(({ metadata }) => `${metadata.name} ${metadata.uid ?? ''}`);
  return { objects, specs, pods };
}

/** All that the syncer wrote to Deployments and Services of the ElasticWebs. */
function childWrites(): string[] {
  return syncerRequests(controlPlane.directory)
    .filter(({ verb, resource }) => /^(create|patch)$/.test(verb) && /^(deployments|services)$/.test(resource))
    .filter(({ name = '' }) => !name.startsWith('after-'))
    .map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`);
}
