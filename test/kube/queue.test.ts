import assert from 'node:assert/strict';
import { setImmediate as settled } from 'node:timers/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { sleep } from '../../src/kube/clock.ts';
import { WorkQueue } from '../../src/kube/queue.ts';
import { FakeClock } from './fake-clock.ts';

/** A queue whose work is finished by hand. */
function start(workers = 1, options: { onError?: (key: string, error: unknown) => void } = {}) {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, random: () => 0.5 });
  const controller = new AbortController();
  const started: string[] = [];
  const inHand = new Map<string, { finish: () => void; fail: (error: Error) => void }>();
  const process = (key: string) => {
    assert.ok(!inHand.has(key), `${key} is in two hands`);
    started.push(key);
    return new Promise<void>((resolve, reject) => inHand.set(key, { finish: resolve, fail: reject })).finally(() =>
      inHand.delete(key),
    );
  };
  const onError = options.onError ?? (() => assert.fail('nothing should fail here'));
  const stopped = queue.run({ workers, process, onError }, controller.signal);
  const end = async (how: (work: { finish: () => void; fail: (error: Error) => void }) => void, key: string) => {
    const work = inHand.get(key);
    assert.ok(work, `${key} is in no hand`);
    how(work);
    await settled();
  };
  return {
    ...{ clock, queue, started, inHand, stopped },
    abort: () => controller.abort(),
    finish: (key: string) => end((work) => work.finish(), key),
    fail: (key: string, error: Error) => end((work) => work.fail(error), key),
  };
}

test('keys come in the order in which they were added', async () => {
  const { queue, started, finish } = start();
  for (const key of ['b', 'a', 'c']) queue.add(key);
  await settled();
  for (const key of ['b', 'a', 'c']) await finish(key);
  assert.deepEqual(started, ['b', 'a', 'c']);
});

test('a key added many times before it is taken comes once', async () => {
  const { queue, started, finish } = start();
  for (const key of ['a', 'b', 'b', 'b']) queue.add(key);
  await settled();
  await finish('a');
  await finish('b');
  assert.deepEqual(started, ['a', 'b']);
});

test('a key added while it is in a hand comes once more afterwards, however often it was added', async () => {
  const { queue, started, finish } = start(4);
  queue.add('a');
  await settled();
  queue.add('a');
  queue.add('a');
  await settled();
  assert.deepEqual(started, ['a']);
  await finish('a');
  assert.deepEqual(started, ['a', 'a']);
  await finish('a');
  assert.deepEqual(started, ['a', 'a']);
});

test('a key that comes again waits behind those that were there before', async () => {
  const { queue, started, finish } = start();
  queue.add('a');
  await settled();
  queue.add('b');
  queue.add('a');
  await finish('a');
  await finish('b');
  assert.deepEqual(started, ['a', 'b', 'a']);
});

test('as many keys are worked on at a time as there are workers', async () => {
  const { queue, inHand, finish } = start(2);
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await settled();
  assert.deepEqual([...inHand.keys()], ['a', 'b']);
  assert.deepEqual([queue.inHand, queue.depth], [2, 1]);
  await finish('a');
  assert.deepEqual([...inHand.keys()], ['b', 'c']);
});

test('a delayed key comes when its time has come', async () => {
  const { clock, queue, started } = start();
  queue.addAfter('a', 1_000);
  clock.advance(999);
  await settled();
  assert.deepEqual(started, []);
  clock.advance(1);
  await settled();
  assert.deepEqual(started, ['a']);
});

test('of several delays of one key the earliest counts, whichever came first', async () => {
  for (const delays of [
    [500, 2_000],
    [2_000, 500],
  ]) {
    const { clock, queue, started, finish } = start();
    for (const delayMs of delays) queue.addAfter('a', delayMs);
    clock.advance(500);
    await settled();
    await finish('a');
    clock.advance(5_000);
    await settled();
    assert.deepEqual(started, ['a']);
  }
});

test('an add in between does not take back a delayed one', async () => {
  const { clock, queue, started, finish } = start();
  queue.addAfter('a', 1_000);
  queue.add('a');
  await settled();
  await finish('a');
  clock.advance(1_000);
  await settled();
  assert.deepEqual(started, ['a', 'a']);
});

test('retries of a key back off from 200 ms, doubling up to a minute, until it is forgotten', () => {
  const { clock, queue } = start();
  const waits = Array.from({ length: 11 }, () => {
    queue.retry('a');
    const [waitMs = 0] = clock.delays;
    clock.advance(waitMs);
    return waitMs;
  });
  assert.deepEqual(waits, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000]);
  queue.forget('a');
  queue.retry('a');
  assert.deepEqual(clock.delays, [200]);
});

test('retries of different keys do not come together', () => {
  const clock = new FakeClock();
  let turn = 0;
  const queue = new WorkQueue({ clock, random: () => [0, 0.999][turn++ % 2] ?? 0 });
  queue.retry('a');
  queue.retry('b');
  assert.deepEqual(
    clock.delays.map((delayMs) => Math.round(delayMs)),
    [160, 240],
  );
});

test('a rejected pass is reported and retried, and the others go on', async () => {
  const errors: unknown[] = [];
  const { clock, queue, started, fail, finish } = start(1, { onError: (key, error) => errors.push([key, error]) });
  const error = new Error('boom');
  queue.add('a');
  queue.add('b');
  await settled();
  await fail('a', error);
  await finish('b');
  assert.deepEqual(errors, [['a', error]]);
  assert.equal(queue.failures('a'), 1);
  clock.advance(200);
  await settled();
  assert.deepEqual(started, ['a', 'b', 'a']);
});

test('an abort stops intake and waits for what is in hand', async () => {
  const { abort, clock, finish, queue, started, stopped } = start(2);
  let isStopped = false;
  void stopped.then(() => (isStopped = true));
  queue.add('a');
  queue.addAfter('later', 10);
  await settled();
  queue.add('a');
  abort();
  queue.add('b');
  queue.addAfter('c', 1);
  assert.deepEqual(clock.delays, []);
  clock.advance(1_000);
  await settled();
  assert.equal(isStopped, false);
  await finish('a');
  await stopped;
  assert.deepEqual(started, ['a']);
});

test('a queue run with a signal that is aborted already hands out nothing', async () => {
  const queue = new WorkQueue();
  queue.add('a');
  const process = () => assert.fail('nothing should be handed out');
  await queue.run({ workers: 2, process, onError: () => undefined }, AbortSignal.abort());
});

test('whatever happens, no key is in two hands, none is lost, and none comes without having been asked for', async () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key }),
    fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 300 }) }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 300 }) }),
    fc.record({ do: fc.constant('finish' as const), key }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (steps, workers) => {
      const { abort, clock, finish, inHand, queue, started, stopped } = start(workers);
      /** Keys asked for since a pass over them last began. */
      const open = new Set<string>();
      let asked = 0;
      let seen = 0;
      const look = () => {
        for (const name of started.slice(seen)) open.delete(name);
        seen = started.length;
      };
      for (const one of steps) {
        if (one.do === 'add' || one.do === 'addAfter') {
          asked += 1;
          open.add(one.key);
        }
        if (one.do === 'add') queue.add(one.key);
        if (one.do === 'addAfter') queue.addAfter(one.key, one.ms);
        if (one.do === 'advance') clock.advance(one.ms);
        if (one.do === 'finish' && inHand.has(one.key)) await finish(one.key);
        await settled();
        look();
      }
      clock.advance(1_000);
      await settled();
      while (inHand.size > 0) {
        for (const name of [...inHand.keys()]) await finish(name);
        look();
      }
      assert.deepEqual([...open], []);
      assert.ok(started.length <= asked);
      abort();
      await stopped;
    }),
    { numRuns: 60 },
  );
});

test('an observer hears what was added, how long it waited and how long the work took', async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const observer = {
    added: () => told.push('added'),
    retried: () => told.push('retried'),
    taken: (waitedMs: number) => told.push(`taken after ${waitedMs}`),
    done: (workedMs: number) => told.push(`done after ${workedMs}`),
  };
  const queue = new WorkQueue({ clock, random: () => 0.5, observer });
  const stop = new AbortController();
  let finish = (): void => assert.fail('nothing is in hand');
  queue.add('a');
  queue.add('a');
  clock.advance(300);
  const work = {
    workers: 1,
    process: () => new Promise<void>((resolve) => (finish = resolve)),
    onError: () => assert.fail('no error'),
  };
  const ended = queue.run(work, stop.signal);
  await settled();
  clock.advance(50);
  assert.deepEqual(queue.workedForMs, [50]);
  queue.retry('a');
  finish();
  await settled();
  assert.deepEqual(queue.workedForMs, []);
  assert.deepEqual(told, ['added', 'taken after 300', 'retried', 'done after 50']);
  stop.abort();
  await ended;
});

test('keys that are retried have half of the workers at most, and what is asked for anew goes before them', async () => {
  const { clock, finish, inHand, queue, started } = start(4);
  const poison = ['p1', 'p2', 'p3', 'p4', 'p5'];
  for (const key of poison) queue.retry(key);
  clock.advance(200);
  await settled();
  assert.deepEqual([...inHand.keys()], ['p1', 'p2']);
  queue.add('a');
  queue.add('p5');
  queue.add('b');
  await settled();
  assert.deepEqual([...inHand.keys()], ['p1', 'p2', 'a', 'p5']);
  await finish('a');
  assert.ok(inHand.has('b'));
  await finish('p1');
  assert.deepEqual(started, ['p1', 'p2', 'a', 'p5', 'b', 'p3']);
});

test('retried keys get their turn however many fresh ones there are', async () => {
  const { clock, finish, queue, started } = start(1);
  queue.retry('p');
  queue.add('a');
  await settled();
  clock.advance(200);
  for (const key of ['b', 'c', 'd', 'e']) queue.add(key);
  for (const key of ['a', 'b', 'c', 'p', 'd', 'e']) await finish(key);
  assert.deepEqual(started, ['a', 'b', 'c', 'p', 'd', 'e']);
});

test('a hundred keys that fail each time hardly slow the others: their 99th percentile stays below twice what it was', async () => {
  const p99 = async (poison: number): Promise<number> => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, random: randomFrom(1) });
    const tookMs: number[] = [];
    const addedMs = new Map<string, number>();
    const stop = new AbortController();
    const process = async (key: string): Promise<void> => {
      // A poisoned one hangs until its deadline, as behind a webhook that is away.
      await sleep(clock, key.startsWith('poison') ? 2_000 : 50);
      if (key.startsWith('poison')) throw new Error('as always');
      tookMs.push(clock.monotonicMs() - (addedMs.get(key) ?? 0));
      queue.forget(key);
    };
    const ended = queue.run({ workers: 8, process, onError: () => undefined }, stop.signal);
    for (let n = 0; n < poison; n += 1) queue.retry(`poison-${n}`);
    for (let step = 0; step < 2_000; step += 1) {
      const key = `healthy-${step % 100}`;
      addedMs.set(key, clock.monotonicMs());
      queue.add(key);
      await settled();
      clock.advance(50);
    }
    stop.abort();
    clock.advance(2_000);
    await ended;
    tookMs.sort((a, b) => a - b);
    return tookMs[Math.floor(tookMs.length * 0.99)] ?? Number.NaN;
  };
  const [without, beside] = [await p99(0), await p99(100)];
  assert.ok(beside < 2 * without, `${without} ms without, ${beside} ms beside a hundred`);
});

/** Numbers in [0, 1), the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test('what asks again and again does not take a key out of its back-off', async () => {
  const { clock, queue, started, finish } = start();
  queue.add('a');
  await settled();
  queue.retry('a', 30_000);
  await finish('a');
  for (let i = 0; i < 10; i++) {
    clock.advance(1_000);
    queue.addUnlessRetried('a');
    await settled();
  }
  assert.deepEqual(started, ['a']);
  queue.add('a');
  await settled();
  assert.deepEqual(started, ['a', 'a'], 'a change of the object does');
  await finish('a');
  queue.forget('a');
  queue.addUnlessRetried('a');
  await settled();
  assert.deepEqual(started, ['a', 'a', 'a'], 'and so does a tick once the key is well again');
  await finish('a');
});

test('work that holds the event loop lets others have their turn after each key', async () => {
  const queue = new WorkQueue();
  const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
  for (const key of keys) queue.add(key);
  const turnsAt: number[] = [];
  let turns = 0;
  const over = new AbortController();
  const count = (): void => {
    turns += 1;
    if (!over.signal.aborted) setImmediate(count);
  };
  setImmediate(count);
  await queue.run(
    {
      workers: 4,
      process: () => {
        turnsAt.push(turns);
        if (turnsAt.length === keys.length) over.abort();
        const untilMs = performance.now() + 15;
        while (performance.now() < untilMs);
        return Promise.resolve();
      },
      onError: (key) => assert.fail(key),
    },
    over.signal,
  );
  assert.equal(new Set(turnsAt).size, keys.length, `turns at which keys were worked on: ${turnsAt.join(', ')}`);
});
