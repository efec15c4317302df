import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.ts';

test('eventually returns what the first look returns that neither throws nor says false', async () => {
  const looks = [() => false as const, () => assert.fail('not yet'), () => 42];
  assert.equal(await eventually(() => looks.shift()?.() ?? false, { timeoutMs: 5_000, intervalMs: 1 }), 42);
});

test('a check that returns nothing has succeeded', async () => {
  await eventually(() => undefined, { timeoutMs: 5_000 });
});

test('eventually gives up at the deadline and says what was missing and why', async () => {
  const never = eventually(() => assert.fail('2 of 3 replicas'), { timeoutMs: 20, intervalMs: 1, what: 'the rollout' });
  await assert.rejects(never, { message: 'gave up waiting for the rollout after 20 ms: 2 of 3 replicas' });
});

test('a check that hangs does not outlast the deadline', async () => {
  const never = eventually(() => new Promise(() => undefined), { timeoutMs: 20, what: 'an answer' });
  await assert.rejects(never, { message: 'gave up waiting for an answer after 20 ms' });
});

test('a signal ends the waiting at once, with its reason', async () => {
  const gone = new AbortController();
  const waiting = eventually(() => false, { timeoutMs: 60_000, intervalMs: 60_000, signal: gone.signal });
  gone.abort(new Error('the program ended'));
  await assert.rejects(waiting, { message: 'the program ended' });
});
