/**
 * dist/install in a real API server, brought there in each way that people and GitOps tools have: once and again, over what shipped
 * before, and one way over another.
 *
 * There is an API server and nothing else, so whatever is written was written by the way that is looked at.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { established } from '../control-plane/established.ts';
import { eventually } from '../control-plane/eventually.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import {
  ARGO_CD,
  CLIENT_SIDE,
  difference,
  find,
  FLUX,
  INSTALL,
  installed,
  likeness,
  managersOf,
  manifestsIn,
  PREVIOUS,
  REPLACE,
  run,
  serverSide,
  versionsOf,
} from './installation.ts';
import { SMALL } from './world.ts';

const controlPlane = await startControlPlane({ controllers: false, scheduler: false, kwok: false });
after(() => controlPlane.stop());
const { kubectl } = controlPlane;
const crd = 'crd/elasticwebs.elasticweb.example.com';
const namespace = 'elasticweb-system';

afterEach(removeAll);

/** What is there after an installation into an empty cluster. */
let fresh: unknown[];

test('everything that ships is there', async () => {
  await ARGO_CD.bring(kubectl, INSTALL);

  const objects = await installed(kubectl);
  assert.deepEqual(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    manifestsIn(INSTALL).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
  );
  fresh = likeness(objects);
});

for (const way of [CLIENT_SIDE, ARGO_CD, FLUX, REPLACE]) {
  test(`${way.name}: over what shipped before, again, and back to the CRD of before, ElasticWebs are kept`, async () => {
    await way.bring(kubectl, PREVIOUS);
    const webs = await makeElasticWebs();

    await way.bring(kubectl, INSTALL);
    const upgraded = await installed(kubectl);
    assert.deepEqual(likeness(upgraded), fresh, 'as if it had been the first');
    assert.deepEqual(await elasticWebs(), webs);

    assert.equal(await difference(kubectl, way.diff), '');
    await way.bring(kubectl, INSTALL);
    assert.deepEqual(versionsOf(await installed(kubectl)), versionsOf(upgraded), 'again, nothing is written');

    await way.bring(kubectl, previousCrd());
    assert.notDeepEqual(likeness(await installed(kubectl)), fresh);
    assert.deepEqual(await elasticWebs(), webs);
  });
}

test('Argo CD over what was brought by kubectl apply holds every field alone, and what is no longer there goes', async () => {
  await CLIENT_SIDE.bring(kubectl, PREVIOUS);
  const webs = await makeElasticWebs();

  await ARGO_CD.bring(kubectl, INSTALL);

  const objects = await installed(kubectl);
  assert.deepEqual(likeness(objects), fresh);
  for (const object of objects) assert.deepEqual(managersOf(object), ['Apply argocd-controller'], object.kind);
  assert.deepEqual(await elasticWebs(), webs);
});

test('over kubectl apply --server-side, what is no longer there stays, unless it was applied in the name of Argo CD', async () => {
  const strategy = async () => (find(await installed(kubectl), 'Deployment').spec as Strategy).strategy.type;
  await run(kubectl, 'apply', ...serverSide('kubectl'), '-f', PREVIOUS);
  assert.equal(await strategy(), 'Recreate');

  await ARGO_CD.bring(kubectl, INSTALL);

  assert.equal(await strategy(), 'Recreate');
});

interface Strategy {
  readonly strategy: { readonly type: string };
}

/** The CRD alone of what shipped before. */
function previousCrd(): string {
  const file = join(controlPlane.directory, 'crd.json');
  writeFileSync(file, JSON.stringify(find(manifestsIn(PREVIOUS), 'CustomResourceDefinition')));
  return file;
}

/** Two ElasticWebs with a status, as they are stored. */
async function makeElasticWebs(): Promise<ElasticWebResource[]> {
  const { apiVersion, kind } = ELASTIC_WEB;
  const object = (name: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name },
    spec: { ...SMALL, ...spec },
  });
  const autoscaling = {
    maxReplicas: 5,
    behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } },
  };
  const items = [
    object('declared', { totalQPS: 700 }),
    object('measured', { autoscaling, env: [{ name: 'A', value: '$(B)' }] }),
  ];
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await established(kubectl, crd);
  // Established is said a moment before the kind is served.
  const made = async () => (await kubectl(['apply', ...serverSide('git'), '-f', '-'], { stdin })).code === 0;
  await eventually(made, { timeoutMs: 20_000, intervalMs: 250, what: 'ElasticWebs to be accepted' });
  const status = { status: { observedGeneration: 1, replicas: 2, readyReplicas: 2, realQPS: 1000, selector: 'a=b' } };
  await run(kubectl, 'patch', 'ew', 'declared', '--subresource=status', '--type=merge', '-p', JSON.stringify(status));
  return elasticWebs();
}

async function elasticWebs(): Promise<ElasticWebResource[]> {
  const { items } = JSON.parse(await run(kubectl, 'get', 'ew', '--show-managed-fields', '-o', 'json')) as {
    items: ElasticWebResource[];
  };
  assert.equal(items.length, 2);
  return items;
}

/** Back to nothing. Without controllers nobody empties a namespace, so it is told that it is empty. */
async function removeAll(): Promise<void> {
  await kubectl(['delete', 'ew', '--all']); // The CRD would wait for them.
  await kubectl(['delete', '-f', INSTALL, '--ignore-not-found', '--wait=false']);
  await kubectl(['replace', '--raw', `/api/v1/namespaces/${namespace}/finalize`, '-f', '-'], {
    stdin: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
      spec: { finalizers: [] },
    }),
  });
  await run(kubectl, 'wait', '--for=delete', crd, `namespace/${namespace}`, '--timeout=20s');
}
