/** The CRD changes under the syncer: another version, fields that it does not know, or not yet those that it knows. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, test } from 'node:test';
import { GROUP, PLURAL } from '../../src/api/resource.ts';
import type { ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { endSyncer, startSyncer } from '../cluster/syncer-process.ts';
import { conditionOf, useWorld, type World } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import type { Program } from '../control-plane/program.ts';
import { storyObjects } from './end-state.ts';
import { allServe } from './kept.ts';
import { ownControlPlane } from './own-control-plane.ts';
import { assertStill, now, writesSince } from './still.ts';

const controlPlane = await ownControlPlane({ auditLog: true });
const home = await useWorld();
after(() => controlPlane.stop());

type Fields = Record<string, unknown>;

/** A version of a CRD, as far as it is changed here. */
interface Version {
  readonly name: string;
  readonly storage: boolean;
  readonly schema: {
    readonly openAPIV3Schema: { readonly properties: { readonly spec: Schema; readonly status: Schema } };
  };
}
interface Schema {
  readonly properties: Fields;
}

const crd = `crd/${PLURAL}.${GROUP}`;
const released = (JSON.parse(await home.kubectl('get', crd, '-o', 'jsonpath={.spec.versions}')) as [Version])[0];
const V2: ResourceType<ElasticWebResource> = { ...ELASTIC_WEB, apiVersion: `${GROUP}/v2` };
const NAMES = ['one', 'two', 'three'];
/** A field that this syncer has never heard of, and that every ElasticWeb has as soon as the CRD has it. */
const NEWS = { type: 'object', default: { level: 1 }, properties: { level: { type: 'integer' } } };

let syncer: Program | undefined;

async function start(world: World, name: string): Promise<void> {
  syncer = await startSyncer(controlPlane, name, `--namespace=${world.namespace}`);
}

async function end(): Promise<void> {
  if (syncer?.running !== true) return;
  const log = readFileSync(syncer.logFile, 'utf8');
  assert.equal(await endSyncer(syncer), 'code 0');
  assert.doesNotMatch(log, /unexpected error|"stack":/);
}

afterEach(end);

/** Gives the CRD these versions. Objects are read by them a moment later. */
async function define(versionsOfCrd: readonly Version[]): Promise<void> {
  await home.kubectl('patch', crd, '--type=merge', '-p', JSON.stringify({ spec: { versions: versionsOfCrd } }));
}

/** Three ElasticWebs that serve, in a namespace of their own, and the syncer that made them so. */
async function serving(name: string): Promise<World> {
  const world = await home.another();
  await start(world, name);
  for (const one of NAMES) await world.create(one, { totalQPS: 500 });
  await allServe(world, NAMES, 1);
  await world.settled();
  return world;
}

async function uidsOf(world: World): Promise<string[]> {
  return (await storyObjects(world)).map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid ?? ''}`);
}

const withSchema = (spec: Fields, status: Fields): Version => {
  const { properties } = released.schema.openAPIV3Schema;
  const add = (schema: Schema, fields: Fields) => ({ ...schema, properties: { ...schema.properties, ...fields } });
  const changed = { ...properties, spec: add(properties.spec, spec), status: add(properties.status, status) };
  return { ...released, schema: { openAPIV3Schema: { ...released.schema.openAPIV3Schema, properties: changed } } };
};

const NEWER = withSchema({ news: NEWS }, { news: NEWS });

/** Waits until objects are read with the fields of the newer CRD, or without them. */
async function untilNews(world: World, there: boolean): Promise<void> {
  await eventually(async () => 'news' in ((await world.web('one'))?.spec ?? {}) === there, {
    timeoutMs: 30_000,
    what: there ? 'the field' : 'the field to be gone',
  });
}

test('a newer CRD, with more fields and defaults for them: they are left alone, and nothing is written for them', async (t) => {
  t.after(() => define([released]));
  const world = await serving('newer');
  await define([NEWER]);
  await untilNews(world, true);
  await end();
  await world.touch('three');
  const before = await now(world);

  await start(world, 'newer-again');
  await world.settled();
  await assertStill(world, before, 'at a restart');

  await world.change('one', { news: { level: 2 } });
  await world.ready('one');
  await world.settled();
  assert.deepEqual(writesSince(world, before), ['patch elasticwebs/status one'], 'when it changes');
  await world.change('one', { totalQPS: 1_500 });
  await world.until(DEPLOYMENT, 'one', ({ spec }) => spec.replicas === 3);
  const web = await world.ready('one');
  assert.deepEqual((web.spec as unknown as Fields).news, { level: 2 });
  assert.deepEqual((web.status as unknown as Fields).news, { level: 1 });
});

test('a newer CRD that is taken back: what is stored and no longer known is not seen, and nothing is written for it', async (t) => {
  t.after(() => define([released]));
  const world = await serving('back');
  await define([NEWER]);
  await untilNews(world, true);
  await world.change('one', { news: { level: 2 } });
  const stored = await world.ready('one');
  assert.deepEqual((stored.status as unknown as Fields).news, { level: 1 });
  await world.settled();
  const before = await now(world);

  await define([released]);
  await untilNews(world, false);
  await world.settled();
  await assertStill(world, before, 'when it is taken back');
  await end();
  await start(world, 'back-again');
  await world.settled();
  await assertStill(world, before, 'at a restart');

  await world.change('one', { totalQPS: 1_500 });
  await allServe(world, ['two', 'three'], 1);
  await world.until(DEPLOYMENT, 'one', ({ spec }) => spec.replicas === 3);
  const web = await world.ready('one');
  await world.settled();
  assert.equal('news' in web.spec, false);
  const writes = writesSince(world, before).filter((write) => !write.includes('status'));
  assert.deepEqual(writes, ['patch deployments one']);
});

test('an older CRD, which does not keep a part of the status: it is said once, not again and again', async (t) => {
  t.after(() => define([released]));
  const { realQPS, ...older } = released.schema.openAPIV3Schema.properties.status.properties;
  assert.ok(realQPS);
  const openAPIV3Schema = structuredClone(released.schema.openAPIV3Schema);
  const { properties } = openAPIV3Schema;
  const status = { ...properties.status, properties: older };
  await define([
    { ...released, schema: { openAPIV3Schema: { ...openAPIV3Schema, properties: { ...properties, status } } } },
  ]);
  const world = await serving('older');
  const web = await world.ready('one');
  assert.equal(web.status?.realQPS, undefined);
  assert.equal(conditionOf(web, 'Ready')?.status, 'True');
  const before = await now(world);

  for (let look = 0; look < 3; look += 1) await world.settled();

  await assertStill(world, before, 'when it was said');
  await world.until(DEPLOYMENT, 'one', ({ metadata }) => metadata.generation === 1);
});

// The last: what is once stored in the second version is never again read without it.
for (const stored of ['v1', 'v2']) {
  test(`a second version is served, and ${stored} is what is stored: nothing is written for it, and changes arrive`, async () => {
    const world = await serving(`version-${stored}`);
    const [uids, before] = [await uidsOf(world), await now(world)];

    await define(['v1', 'v2'].map((name) => ({ ...released, name, storage: name === stored })));

    const patch = { spec: { totalQPS: 1_500 } };
    await eventually(() => world.client.mergePatch(V2, world.named('one'), patch, { fieldManager: 'test' }), {
      timeoutMs: 30_000,
      what: 'the second version',
    });
    await allServe(world, ['one'], 3);
    await world.change('two', { totalQPS: 1_000 });
    await allServe(world, ['two'], 2);
    await world.settled();
    assert.equal((await world.client.get(V2, world.named('two')))?.status?.desiredReplicas, 2);

    assert.deepEqual(
      (await uidsOf(world)).filter((uid) => !uid.includes(' after-')),
      uids.filter((uid) => !uid.includes(' after-')),
    );
    const { versions } = await now(world);
    for (const kind of ['ElasticWeb', 'Deployment', 'Service']) {
      const key = `${kind} ${world.namespace}/three`;
      assert.equal(versions[key], before.versions[key], `${key} was written`);
    }
    assert.deepEqual(
      writesSince(world, before).filter((write) => !write.includes('status')),
      ['patch deployments one', 'patch deployments two'],
    );
  });
}
