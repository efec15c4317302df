import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Next } from '../../src/syncer/pass.ts';
import { PortWaiters } from '../../src/syncer/port-waiters.ts';
import { web } from './objects.ts';

const PORT = 30_001;
const refused: Next = { kind: 'retry', reason: 'NodePortConflict' };
const done: Next = { kind: 'done' };

/** ElasticWebs that wait, each with the node port that its spec names; `gone` are not there any more. Woken are those who may try. */
async function waiting(wanted: Record<string, number | undefined>, ...gone: string[]) {
  const woken: string[] = [];
  const specOf = (key: string) => ({ serviceType: 'NodePort', ...(wanted[key] && { nodePort: wanted[key] }) });
  const webs = { get: (key: string) => (gone.includes(key) ? undefined : web(undefined, specOf(key))) };
  const waiters = new PortWaiters({ webs, wake: (key) => woken.push(key) });
  const pass = (key: string, next: Next) => waiters.pass(key, () => Promise.resolve(next));
  for (const key of Object.keys(wanted)) await pass(key, refused);
  return { waiters, woken, pass };
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

test('who fails for another reason passes the port on', async () => {
  const { waiters, woken, pass } = await waiting({ first: PORT, second: PORT });
  waiters.offer(PORT);
  await pass('first', { kind: 'retry', reason: 'Forbidden' });
  assert.deepEqual(woken, ['first', 'second']);
});
