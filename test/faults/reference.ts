/** What a telling of the story must be like: as those in which nothing went wrong. */

import assert from 'node:assert/strict';
import type { World } from '../cluster/world.ts';
import { interferenceOf, learnCalls, type Plan, type StoryCall } from './plans.ts';
import { runStory, type Telling } from './run.ts';
import type { Chapter } from './story.ts';
import type { Writes } from './writes.ts';

/** What is learnt from tellings without a fault. */
export interface Reference extends Pick<Telling, 'writes' | 'end'> {
  readonly story: readonly Chapter[];
  readonly calls: readonly StoryCall[];
}

/**
 * So many more versions of a status a telling may have: states in between, which one sees and another does not, and what is said of
 * a fault and of its end.
 */
const MORE_STATUSES = 10;

/** Tells a story a few times at once without a fault, and makes sure that all agree. */
export async function learn(home: World, story: readonly Chapter[], tellings: number): Promise<Reference> {
  const all = await Promise.all(Array.from({ length: tellings }, () => runStory(home, story)));
  const [first] = all;
  assert.ok(first, 'one telling at least');
  const reference = { story, calls: learnCalls(all), writes: first.writes, end: first.end };
  for (const telling of all) assertLike(telling, reference);
  return reference;
}

/** Tells the story with one fault. Returns whether the call was there to which it was to happen. */
export async function tryOut(home: World, plan: Plan, reference: Reference): Promise<boolean> {
  const telling = await runStory(home, reference.story, interferenceOf(plan));
  assertLike(telling, reference);
  const isReached = telling.calls.some(({ fault }) => fault !== undefined);
  assert.ok(isReached || !plan.isCertain, 'the story has no such call');
  return isReached;
}

/** Fails unless the story ended as the reference did, by way of the same writes to the children and hardly more statuses. */
function assertLike({ writes, end }: Telling, reference: Pick<Reference, 'writes' | 'end'>): void {
  assert.deepEqual(end, reference.end, 'the end is another');
  assert.deepEqual(ofChildren(writes), ofChildren(reference.writes), 'children were written more or less often');
  for (const [object, { changed }] of Object.entries(writes)) {
    const most = (reference.writes[object]?.changed ?? 0) + MORE_STATUSES;
    assert.ok(changed <= most, `${object} was written ${changed} times, expected at most ${most}`);
  }
}

function ofChildren(writes: Writes): Writes {
  return Object.fromEntries(Object.entries(writes).filter(([object]) => !object.includes('/status ')));
}
