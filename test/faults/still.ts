/** Whether syncers have left a namespace alone since a moment: by the audit log, and by the versions of all that is there. */

import assert from 'node:assert/strict';
import { syncerRequests } from '../cluster/audit.ts';
import type { World } from '../cluster/world.ts';
import { storyObjects, versions } from './end-state.ts';

/** Names of objects that are made only to see that a syncer is awake. */
const isSign = (name = '') => name.startsWith('after-');

/** A moment, and the version of each ElasticWeb and child of a namespace at that moment. */
export interface Moment {
  readonly atMs: number;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

export async function now(world: World): Promise<Moment> {
  const atMs = Date.now();
  const objects = (await storyObjects(world)).filter(({ metadata }) => !isSign(metadata.name));
  return { atMs, versions: versions(objects) };
}

/** What is written to the ElasticWebs and children of a namespace. */
const APPLIED: ReadonlySet<string> = new Set(['elasticwebs/status', 'deployments', 'services']);

/** All that syncers have written or tried to write since then, as `patch deployments web`, but to signs of being awake. */
export function writesSince({ namespace }: World, { atMs }: Pick<Moment, 'atMs'>): string[] {
  return syncerRequests()
    .filter((request) => request.namespace === namespace && request.atMs > atMs && APPLIED.has(request.resource))
    .filter(({ verb, name }) => !/^(get|list|watch)$/.test(verb) && !isSign(name))
    .map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`);
}

/** Fails if syncers have written anything since then, or if anybody has changed what was there. */
export async function assertStill(world: World, since: Moment, when: string): Promise<void> {
  assert.deepEqual(writesSince(world, since), [], when);
  const { versions: are } = await now(world);
  for (const [key, was] of Object.entries(since.versions)) assert.equal(are[key], was, `${when}: ${key} was written`);
}
