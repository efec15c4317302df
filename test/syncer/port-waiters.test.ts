import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Next } from '../../src/syncer/pass.ts';
import { PortWaiters } from '../../src/syncer/port-waiters.ts';
import { service, web } from './objects.ts';

const PORT = 30_001;
const refused: Next = { kind: 'retry', reason: 'NodePortConflict' };
const done: Next = { kind: 'done' };

/** ElasticWebs that wait, each with the node port that its spec names; `gone` are not there any more. Woken are those who may try. */
async function waiting(wanted: Record<string, number | undefined>, ...gone: string[]) {
  const woken: string[] = [];
  const specOf = (key: string) => ({ serviceType: 'NodePort', ...(wanted[key] && { nodePort: wanted[key] }) });
  const webs = { get: (key: string) => (gone.includes(key) ? undefined : web(undefined, specOf(key))) };
  const taken = new Map<string, number>();
  const services = { get: (key: string) => service([{ port: 80, nodePort: taken.get(key) ?? 0 }]) };
  const waiters = new PortWaiters({ cache: { webs, services }, wake: (key) => woken.push(key) });
  const pass = (key: string, next: Next) => waiters.pass(key, () => Promise.resolve(next));
  for (const key of Object.keys(wanted)) await pass(key, refused);
  return { waiters, woken, pass, take: (key: string, port: number) => void taken.set(key, port) };
}

test('a port that is free is offered to one of those who wait for it, and the next one to another', async () => {
  const { waiters, woken } = await waiting({ any: undefined, other: 30_002, first: PORT, second: PORT });
  waiters.offer(PORT);
  assert.deepEqual(woken, ['first']);
  waiters.offer(PORT);
  waiters.offer(PORT);
  waiters.offer(PORT);
  assert.deepEqual(woken, ['first', 'second', 'any']);
});

test('a port that is free is not offered to an ElasticWeb that is gone, nor to one that waits no more', async () => {
  const { waiters, woken, pass } = await waiting({ gone: PORT, served: PORT, last: PORT }, 'gone');
  await pass('served', done);
  waiters.offer(PORT);
  assert.deepEqual(woken, ['last']);
});

test('who is refused the port again waits again, and no other is told', async () => {
  const { waiters, woken, pass } = await waiting({ first: PORT, second: PORT });
  waiters.offer(PORT);
  await pass('first', refused);
  assert.deepEqual(woken, ['first']);
  waiters.offer(PORT);
  assert.deepEqual(woken, ['first', 'second'], 'who was refused last is asked last');
});

for (const [name, next] of [
  ['fails for another reason', { kind: 'retry', reason: 'Forbidden' }],
  ['is suspended, or gone', done],
  ['must change', { kind: 'done', stalled: true }],
  ['has nothing to do for a while', { kind: 'again', afterMs: 1_000 }],
] as const) {
  test(`who ${name} passes the port on`, async () => {
    const { waiters, woken, pass } = await waiting({ first: PORT, second: PORT });
    waiters.offer(PORT);
    await pass('first', next);
    assert.deepEqual(woken, ['first', 'second']);
  });
}

test('who gets the port keeps it, whatever else the pass ends with', async () => {
  const { waiters, woken, pass, take } = await waiting({ first: PORT, second: PORT, third: PORT });
  waiters.offer(PORT);
  take('first', PORT);
  await pass('first', done);
  waiters.offer(PORT);
  take('second', PORT);
  await pass('second', { kind: 'retry', reason: 'Forbidden' });
  assert.deepEqual(woken, ['first', 'second']);
});

test('who has another port by now passes the one that was offered on', async () => {
  const { waiters, woken, pass, take } = await waiting({ first: PORT, second: PORT });
  waiters.offer(PORT);
  take('first', 30_002);
  await pass('first', done);
  assert.deepEqual(woken, ['first', 'second']);
});

test('a pass that came to no end passes the port on', async () => {
  const { waiters, woken } = await waiting({ first: PORT, second: PORT });
  waiters.offer(PORT);
  await assert.rejects(waiters.pass('first', () => Promise.reject(new Error('no answer'))));
  assert.deepEqual(woken, ['first', 'second']);
});

for (const [name, next] of [
  ['is refused it', refused],
  ['comes to an end', done],
] as const) {
  test(`a port that becomes free while a pass is in hand is for the pass after it, where that one ${name}`, async () => {
    const { waiters, woken, pass } = await waiting({ first: PORT, second: PORT });
    await waiters.pass('first', () => {
      waiters.offer(PORT);
      return Promise.resolve(next);
    });
    assert.deepEqual(woken, ['first']);
    await pass('first', { kind: 'retry', reason: 'Forbidden' });
    assert.deepEqual(woken, ['first', 'second']);
  });
}

test('who is to try one port is offered no other before', async () => {
  const { waiters, woken } = await waiting({ first: PORT, second: PORT });
  await waiters.pass('first', () => {
    waiters.offer(PORT);
    return Promise.resolve(refused);
  });
  waiters.offer(PORT);
  assert.deepEqual(woken, ['first', 'second']);
});

test('a port that comes back while the pass for it is in hand is offered again', async () => {
  const { waiters, woken } = await waiting({ first: PORT });
  waiters.offer(PORT);
  await waiters.pass('first', () => {
    // Another one was quicker, and gives it back at once.
    waiters.offer(PORT);
    return Promise.resolve(refused);
  });
  assert.deepEqual(woken, ['first', 'first']);
});

test('who is refused another port than the one that was offered passes that one on', async () => {
  const wanted = { first: PORT, second: PORT };
  const { waiters, woken, pass } = await waiting(wanted);
  waiters.offer(PORT);
  wanted.first = 30_002;
  await pass('first', refused);
  assert.deepEqual(woken, ['first', 'second']);
});
