import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { SharedText } from '../../src/syncer/shared-text.ts';
import { FakeClock } from '../kube/fake-clock.ts';

/** A text that says how often it was made, in two pieces. */
function start() {
  const clock = new FakeClock();
  const troubles: Error[] = [];
  let made = 0;
  async function* make() {
    made += 1;
    const count = made;
    yield `made ${count}`;
    await turn();
    const trouble = troubles.shift();
    if (trouble !== undefined) throw trouble;
    yield ' times é';
  }
  const text = new SharedText({ make, freshMs: 1_000, clock });
  return { clock, troubles, text, read: async () => (await text.read()).toString(), count: () => made };
}

test('all who ask while it is made are given the same', async () => {
  const { read, count } = start();
  const first = read();
  await turn();
  assert.deepEqual(await Promise.all([first, read(), read()]), Array(3).fill('made 1 times é'));
  assert.equal(count(), 1);
});

test('who asks within a second of its end is given the same, who asks later a new one', async () => {
  const { clock, read } = start();
  assert.equal(await read(), 'made 1 times é');
  clock.advance(999);
  assert.equal(await read(), 'made 1 times é');
  clock.advance(1);
  assert.equal(await read(), 'made 2 times é');
});

test('what cannot be made is tried anew by the next who asks', async () => {
  const { troubles, read } = start();
  troubles.push(new Error('broken'));
  await Promise.all([assert.rejects(read(), /broken/), assert.rejects(read(), /broken/)]);
  assert.equal(await read(), 'made 2 times é');
});

test('once it is forgotten, nothing is held and no time is waited for', async () => {
  const { clock, text, read } = start();
  await read();
  text.forget();
  assert.deepEqual(clock.delays, []);
  const late = read();
  text.forget();
  await late;
  assert.deepEqual(clock.delays, []);
});

test('pieces that are there at once give others a turn', async () => {
  const seen: string[] = [];
  async function* make() {
    for (const piece of ['a', 'b', 'c']) {
      seen.push(piece);
      yield await Promise.resolve(piece);
    }
  }
  const made = new SharedText({ make, freshMs: 0, clock: new FakeClock() }).read();
  setImmediate(() => seen.push('another'));
  await made;
  assert.ok(seen.includes('another') && seen.indexOf('another') < 2, seen.join());
});
