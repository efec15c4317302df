import assert from 'node:assert/strict';
import { setImmediate as otherWork } from 'node:timers/promises';
import { test } from 'node:test';
import { OneByOne } from '../../src/prometheus/one-by-one.ts';

const never = new AbortController().signal;

test('tasks run in the order in which they came, never two at a time', async () => {
  const queue = new OneByOne();
  const seen: string[] = [];
  const task = (name: string) => async () => {
    seen.push(`${name} begins`);
    await otherWork();
    seen.push(`${name} ends`);
    return name;
  };
  assert.deepEqual(await Promise.all(['a', 'b'].map((name) => queue.run(task(name), never))), ['a', 'b']);
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a task that fails is told to its caller only', async () => {
  const queue = new OneByOne();
  const failed = queue.run(() => Promise.reject(new Error('of a')), never);
  const next = queue.run(() => Promise.resolve('b'), never);
  await assert.rejects(failed, /of a/);
  assert.equal(await next, 'b');
});

test('who gave up while waiting has no turn', async () => {
  const queue = new OneByOne();
  const controller = new AbortController();
  const first = queue.run(() => Promise.resolve('a'), never);
  const second = queue.run(() => assert.fail('it ran'), controller.signal);
  controller.abort(new Error('too late'));
  await assert.rejects(second, /too late/);
  assert.equal(await first, 'a');
});
