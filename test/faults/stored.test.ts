/**
 * What was stored under an older CRD, which asked for less, and is not valid today: whichever field it is, that ElasticWeb stalls and says why,
 * nothing is made for it, and the others are served as ever.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { GROUP, PLURAL } from '../../src/api/resource.ts';
import { validate, validateSpec } from '../../src/api/validate.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, type ElasticWebResource, SERVICE } from '../../src/syncer/kinds.ts';
import { EVERYTHING, type JsonObject, withValue } from '../api/objects.ts';
import { nameOfTrial, trialsOf, tried } from '../api/trials.ts';
import { syncerRequests } from '../cluster/audit.ts';
import { endSyncer, startSyncer } from '../cluster/syncer-process.ts';
import { conditionOf, useWorld } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import { allServe } from './kept.ts';
import { ownControlPlane } from './own-control-plane.ts';

const controlPlane = await ownControlPlane({ auditLog: true });
after(() => controlPlane.stop());
const world = await useWorld();

const { namespace } = world;
const crd = `crd/${PLURAL}.${GROUP}`;
const LANES = 16;

/** Valid, with every field but the node port, of which there is one for all. */
const good = withValue(withValue(EVERYTHING, ['spec', 'nodePort'], undefined), ['spec', 'replicas'], 0);
/** What is wrong with each of them, by its name. */
const wrongs = new Map(
  trialsOf(good)
    .map((trial, index) => ({ trial, name: `wrong-${index}` }))
    .filter(({ trial, name }) => validate(named(tried(good, trial), name)).kind === 'invalid')
    .map(({ trial, name }) => [name, { object: named(tried(good, trial), name), told: nameOfTrial(trial) }] as const),
);
/** So wrong that the API server takes no status of it, and not looked into. */
const suspended = named(
  withValue(withValue(good, ['spec', 'suspend'], true), ['spec', 'targetPort'], 0.5),
  'wrong-suspended',
);
const NEIGHBOURS = ['first', 'second', 'third'];

function named(object: JsonObject, name: string): JsonObject {
  return withValue(withValue(object, ['metadata', 'name'], name), ['metadata', 'namespace'], namespace);
}

async function defineSpec(spec: object | undefined): Promise<void> {
  const op = [{ op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: spec }];
  await world.kubectl('patch', crd, '--type=json', '-p', JSON.stringify(op));
}

/** Calls `work` for all of them, a few at a time. */
async function forAll<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const left = [...things];
  const lane = async () => {
    for (let thing = left.shift(); thing !== undefined; thing = left.shift()) await work(thing);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

test(`${wrongs.size} objects with one field that is not valid today, stored before: each stalls alone`, async () => {
  assert.ok(wrongs.size > 500);
  const schema = JSON.parse(
    await world.kubectl('get', crd, '-o', 'jsonpath={.spec.versions[0].schema.openAPIV3Schema}'),
  ) as { readonly properties: object };
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await defineSpec({ type: 'object', properties: { ...schema.properties, spec: anything } });
  const store = (object: JsonObject) =>
    world.client.create(ELASTIC_WEB, object as unknown as KubeObject, { fieldManager: 'test' }).then(
      () => true,
      () => false,
    );
  await eventually(() => store(named({ ...good, spec: { x: 'y' } }, 'probe')), {
    timeoutMs: 30_000,
    what: 'the older CRD to be in use',
  });
  const stored = new Set(['probe']);
  await forAll([...wrongs], async ([name, { object }]) => {
    if (await store(object)) stored.add(name);
  });
  assert.ok(await store(suspended));
  await defineSpec(schema);
  for (const name of NEIGHBOURS) await world.create(name, { totalQPS: 500 });
  process.stdout.write(`# ${stored.size} of ${wrongs.size} could be stored\n`);
  assert.ok(stored.size > 0.9 * wrongs.size);

  const syncer = await startSyncer(controlPlane, 'syncer', `--namespace=${namespace}`);
  await allServe(world, NEIGHBOURS, 1);
  // As they are read now: what was null is absent, and may have a default.
  const { items } = await world.client.listAll(ELASTIC_WEB, { namespace });
  const wrong = items.filter(({ metadata, spec }) => validateSpec(spec, metadata.name).kind === 'invalid');
  assert.ok(wrong.length > 0.9 * stored.size, `${wrong.length} of ${stored.size}`);
  const stalled = new Set<string>();
  await eventually(
    async () => {
      for (const web of (await world.client.listAll(ELASTIC_WEB, { namespace })).items)
        if (hasStalled(web)) stalled.add(web.metadata.name);
      for (const name of unsaid(syncer.logFile)) stalled.add(name);
      return wrong.every(({ metadata }) => stalled.has(metadata.name));
    },
    { timeoutMs: 240_000, what: 'all of them to stall' },
  ).catch((error: unknown) => {
    const silent = wrong.filter(({ metadata }) => !stalled.has(metadata.name)).map(({ metadata }) => metadata.name);
    assert.fail(`${String(error)}: ${silent.map((name) => wrongs.get(name)?.told ?? name).join(', ')}`);
  });
  const mute = unsaid(syncer.logFile);
  process.stdout.write(
    `# of ${wrong.length}, ${new Set(mute).size} are so wrong that the API server takes no status of them\n`,
  );
  assert.equal(mute.length, new Set(mute).size, 'each of them is told once');
  assert.ok(mute.includes('wrong-suspended'));

  for (const type of [DEPLOYMENT, SERVICE] as readonly ResourceType[]) {
    const { items } = await world.client.listAll(type, { namespace });
    const owners = items.flatMap(({ metadata }) => metadata.ownerReferences ?? []).map(({ name }) => name);
    assert.deepEqual(
      wrong.filter(({ metadata }) => owners.includes(metadata.name)),
      [],
    );
    for (const name of NEIGHBOURS) assert.ok(owners.includes(name), `${type.kind} of ${name}`);
  }
  // A change of a neighbour is served, and nothing is tried for those that stalled.
  const sinceMs = Date.now();
  await world.change('second', { totalQPS: 1_500 });
  await world.until(DEPLOYMENT, 'second', ({ status }) => status?.readyReplicas === 3);
  await world.settled();
  const left = new Set(wrong.map(({ metadata }) => metadata.name));
  assert.deepEqual(
    syncerRequests().filter(({ name = '', atMs }) => left.has(name) && atMs > sinceMs),
    [],
  );

  assert.equal(await endSyncer(syncer), 'code 0');
  assert.doesNotMatch(readFileSync(syncer.logFile, 'utf8'), /unexpected error|"stack":/);
});

function hasStalled(web: ElasticWebResource): boolean {
  const stalled = conditionOf(web, 'Stalled');
  return stalled?.status === 'True' && stalled.reason === 'InvalidSpec' && stalled.message !== '';
}

/** Whose status the syncer could not write, by its log. */
function unsaid(logFile: string): string[] {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  return lines
    .filter((line) => line.includes('"state cannot be written"') && /"reason":"(InvalidSpec|Suspended)"/.test(line))
    .map((line) => /"elasticweb":"[^/]+\/([^"]+)"/.exec(line)?.[1] ?? '');
}
