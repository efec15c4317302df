/** One telling of the story, in a namespace of its own with a syncer of its own, and all that must hold in every one of them. */

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../src/kube/resource.ts';
import { ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { assertConventions } from '../cluster/conventions.ts';
import { History } from '../cluster/history.ts';
import { CONFIG_MAP } from '../cluster/kinds.ts';
import type { World } from '../cluster/world.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { isBesideTheStory, isWrite } from './call.ts';
import { type EndState, endState, storyObjects, versions } from './end-state.ts';
import { type Interference, nothing } from './fault.ts';
import type { RecordedCall } from './proxy.ts';
import { type Chapter, makeForeigners, marked } from './story.ts';
import { SyncerBehindProxy } from './syncer.ts';
import { countWrites, type Writes } from './writes.ts';

/** What is left of a telling. */
export interface Telling {
  /** The calls of the syncer until all was done; the namespace is called `shop`. */
  readonly calls: readonly RecordedCall[];
  readonly writes: Writes;
  readonly end: EndState;
}

/** Objects that a syncer in this story has anything to do with. */
const CAST = /^(web|web-metrics|other|marker-\d)$/;

/**
 * Tells the chapters of a story, one after the other, while calls are interfered with. The namespace stays: deleting it would cost the
 * control plane more than the story does.
 *
 * @throws Error, with the calls and the end of the syncer's log, when it does not come to its end or something is not as it must be
 */
export async function runStory(
  home: World,
  story: readonly Chapter[],
  interfere: Interference = nothing,
): Promise<Telling> {
  const world = await home.another();
  await using owned = new AsyncDisposableStack();
  const syncer = owned.use(await SyncerBehindProxy.prepare(useControlPlane(), world.namespace));
  syncer.proxy.interfere = (call) => interfere({ ...call, signature: masked(call.signature, world) });
  try {
    return await tellAndCheck(world, story, syncer);
  } catch (error) {
    const calls = syncer.proxy.calls.map((call) => masked(describe(call), world));
    const log = syncer.log.trimEnd().split('\n').slice(-25);
    const told = [String(error), 'its calls:', ...calls, 'the end of its log:', ...log];
    throw new Error(told.join('\n'), { cause: error });
  }
}

async function tellAndCheck(world: World, story: readonly Chapter[], syncer: SyncerBehindProxy): Promise<Telling> {
  await using history = await History.start(world);
  const foreigners = await makeForeigners(world);
  await syncer.start();
  await syncer.watching();

  for (const chapter of story) await chapter(world);
  const objects = await converged(world);
  const calls = syncer.proxy.calls
    .filter(({ name = '' }) => !name.startsWith('marker'))
    .map((call) => ({ ...call, signature: masked(call.signature, world) }));

  assertOwned(objects);
  await assertUntouched(world, foreigners);
  assertWithinCast(syncer.proxy.calls, world);
  await history.of('web');
  history.all().flat().forEach(assertConventions);
  assert.equal(await syncer.end(), 'code 0');
  // A stack is logged of what is no answer of the API server, and so a bug.
  assert.doesNotMatch(syncer.log, /unexpected error|"stack":/);
  return { calls, writes: countWrites(calls), end: endState(objects, world.namespace) };
}

/** An answer that is late may still be on its way when all looks done; what the syncer then says is corrected a second later. */
const MOST_MARKERS = 4;

/** Returns the objects of the story once nothing is written to them any more, while the syncer makes another ElasticWeb. */
async function converged(world: World): Promise<readonly KubeObject[]> {
  let before: readonly KubeObject[] = [];
  for (let marker = 1; ; marker += 1) {
    await marked(world, `marker-${marker}`);
    const now = await storyObjects(world);
    if (isDeepStrictEqual(versions(now), versions(before))) return now;
    if (marker === MOST_MARKERS)
      assert.deepEqual(versions(now), versions(before), 'something is written again and again');
    before = now;
  }
}

/** Every child has one owner, the ElasticWeb that is there now. */
function assertOwned(objects: readonly KubeObject[]): void {
  const web = objects.find(({ kind }) => kind === ELASTIC_WEB.kind);
  assert.ok(web, 'one ElasticWeb is left');
  const owner = { apiVersion: web.apiVersion, kind: web.kind, name: 'web', uid: web.metadata.uid };
  for (const child of objects.filter(({ kind, metadata }) => kind !== web.kind && metadata.name !== 'foreign')) {
    const expected = [{ ...owner, controller: true, blockOwnerDeletion: true }];
    assert.deepEqual(child.metadata.ownerReferences, expected, `${child.kind} ${child.metadata.name}`);
  }
}

async function assertUntouched(world: World, foreigners: readonly KubeObject[]): Promise<void> {
  const now = await Promise.all([world.get(SERVICE, 'foreign'), world.get(CONFIG_MAP, 'web')]);
  assert.deepEqual(now, foreigners, 'foreign objects are left as they are');
}

/** Nothing was asked of the API server that is not the syncer's business, and nothing deleted. */
function assertWithinCast(calls: readonly RecordedCall[], { namespace }: World): void {
  for (const call of calls) {
    assert.notEqual(call.verb, 'DELETE', call.signature);
    if (!isWrite(call) || isBesideTheStory(call)) continue;
    assert.equal(call.namespace, namespace, call.signature);
    assert.match(call.name ?? '', CAST, call.signature);
    assert.match(call.resource, /^(elasticwebs\/status|deployments|services)$/, call.signature);
  }
}

function masked(text: string, { namespace }: World): string {
  return text.replaceAll(namespace, 'shop');
}

function describe({ signature, occurrence, fault, forwarded, status, before, after }: RecordedCall): string {
  const answer = forwarded ? `${status ?? 'no answer'}` : 'not forwarded';
  const [was = 'none', is = 'none'] = [before, after].map((object) => object?.metadata.resourceVersion);
  const version = after === undefined ? '' : ` ${was} -> ${is}`;
  return `  ${signature} #${occurrence}: ${answer}${version}${fault ? ` FAULT ${JSON.stringify(fault)}` : ''}`;
}
