import assert from 'node:assert/strict';
import { setImmediate as settled } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { KubeError } from '../../src/kube/errors.ts';
import { EventRecorder, type Happening } from '../../src/kube/events.ts';
import type { KubeObject } from '../../src/kube/resource.ts';
import { FakeClock } from './fake-clock.ts';

type Written = KubeObject & { note?: string; series?: { count: number }; regarding?: object };

const web = (name: string, namespace = 'shop'): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { namespace, name, uid: `uid-${name}`, resourceVersion: '7' },
});
const scaled = (name: string, note: string, namespace?: string): Happening => ({
  ...{ regarding: web(name, namespace), type: 'Normal', reason: 'Scaled', action: 'Scale', note },
});

/** A recorder at work, and what it wrote. */
function start(t: TestContext, options: { pauseMs?: () => number } = {}) {
  const clock = new FakeClock();
  const created: Written[] = [];
  const patched: { name: string; patch: unknown }[] = [];
  const errors: unknown[] = [];
  const refusals: KubeError[] = [];
  const answer = async (): Promise<void> => {
    await settled();
    const refusal = refusals.shift();
    if (refusal !== undefined) throw refusal;
  };
  const recorder = new EventRecorder({
    client: {
      create: async (_type, object) => {
        await answer();
        created.push(object);
        return object as never;
      },
      mergePatch: async (_type, { name }, patch) => {
        await answer();
        patched.push({ name, patch });
        return {} as never;
      },
    },
    ...{ reportingController: 'example.com/controller', reportingInstance: 'pod-1', clock },
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    onError: (error) => errors.push(error),
    ...options,
  });
  const stop = new AbortController();
  const ended = recorder.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await ended;
  });
  const rest = async (turns = 20) => {
    for (let turn = 0; turn < turns; turn += 1) await settled();
  };
  return { recorder, clock, created, patched, errors, refusals, rest };
}

test('an Event says what happened to which object, who says so and when', async (t) => {
  const { recorder, created, rest } = start(t);
  recorder.record(scaled('a', 'from 1 to 2'));
  await rest();
  const [{ metadata, ...event } = assert.fail('nothing was written')] = created;
  assert.match(metadata.name, /^a\.[0-9a-f-]{36}$/);
  assert.equal(metadata.namespace, 'shop');
  assert.deepEqual(event, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    regarding: {
      ...{ apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'shop', name: 'a', uid: 'uid-a' },
      resourceVersion: '7',
    },
    ...{ type: 'Normal', reason: 'Scaled', action: 'Scale', note: 'from 1 to 2' },
    eventTime: '2026-01-02T03:04:05.678000Z',
    ...{ reportingController: 'example.com/controller', reportingInstance: 'pod-1' },
  });
});

test('the same said again becomes a series, which is written when it begins and then once a minute', async (t) => {
  const { recorder, clock, created, patched, rest } = start(t);
  for (let n = 0; n < 10; n += 1) {
    recorder.record(scaled('a', 'from 1 to 2'));
    await rest();
    clock.advance(10_000);
  }
  assert.equal(created.length, 1);
  const name = created[0]?.metadata.name;
  const lastObservedTime = '2026-01-02T03:04:05.678000Z';
  assert.deepEqual(patched, [
    { name, patch: { series: { count: 2, lastObservedTime } } },
    { name, patch: { series: { count: 8, lastObservedTime } } },
  ]);
  clock.advance(60_000);
  await rest();
  assert.deepEqual(
    patched.at(-1),
    { name, patch: { series: { count: 10, lastObservedTime } } },
    'the last count is not lost',
  );
});

test('told to hurry, it writes what is there without pauses, the counts as well', async (t) => {
  const { recorder, clock, created, patched, rest } = start(t, { pauseMs: () => 50 });
  recorder.record(scaled('a', 'x'));
  recorder.record(scaled('b', 'x'));
  await rest();
  assert.equal(created.length, 0);
  const flushed = recorder.flush(1_000);
  clock.advance(50); // The one pause that had begun.
  await rest();
  await flushed;
  assert.equal(created.length, 2);
  assert.deepEqual(patched, []);
});

test('what is said of another object, or otherwise, or long after, is an Event of its own', async (t) => {
  const { recorder, clock, created, patched, rest } = start(t);
  recorder.record(scaled('a', 'from 1 to 2'));
  recorder.record(scaled('b', 'from 1 to 2'));
  recorder.record(scaled('a', 'from 2 to 3'));
  await rest();
  clock.advance(6 * 60_000);
  recorder.record(scaled('a', 'from 1 to 2'));
  await rest();
  assert.equal(created.length, 4);
  assert.deepEqual(patched, []);
});

test('a series whose Event has expired begins anew', async (t) => {
  const { recorder, created, refusals, rest } = start(t);
  recorder.record(scaled('a', 'again'));
  await rest();
  refusals.push(new KubeError({ verb: 'PATCH', target: 'Event', status: 404, reason: 'NotFound', message: 'gone' }));
  recorder.record(scaled('a', 'again'));
  await rest();
  assert.equal(created.length, 2);
  assert.equal(created[1]?.series?.count, 2);
});

test('an Event that is refused is told, and stands in nobody’s way', async (t) => {
  const { recorder, created, errors, refusals, rest } = start(t);
  const refusal = new KubeError({ verb: 'POST', target: 'Event', status: 403, reason: 'Forbidden', message: 'no' });
  refusals.push(refusal);
  recorder.record(scaled('a', '1'));
  recorder.record(scaled('a', '2'));
  await rest();
  assert.deepEqual(errors, [refusal]);
  assert.deepEqual(
    created.map(({ note }) => note),
    ['2'],
  );
});

test('a note is cut to the bytes that the API server takes', async (t) => {
  const { recorder, created, rest } = start(t);
  recorder.record(scaled('a', 'ü'.repeat(2_000)));
  recorder.record(scaled('a', 'x'.repeat(1_024)));
  recorder.record(scaled('a', `x${'😀'.repeat(1_000)}`));
  await rest();
  const [long, fits, whole = ''] = created.map(({ note = '' }) => note);
  assert.match(whole, /^x😀+…$/u, 'no half of a character');
  assert.ok(Buffer.byteLength(whole) <= 1_024);
  assert.ok(Buffer.byteLength(long ?? '') <= 1_024);
  assert.ok(long?.endsWith('…'));
  assert.equal(fits, 'x'.repeat(1_024));
});

test('notes that are the same as far as they are written are a series', async (t) => {
  const { recorder, created, patched, rest } = start(t);
  for (const end of ['first', 'second']) recorder.record(scaled('a', `${'x'.repeat(2_000)} ${end}`));
  await rest();
  assert.equal(created.length + patched.length, 1);
  assert.equal(created[0]?.series?.count, 2);
});

test('a flood is cut off, and how much of it is known', async (t) => {
  const { recorder, created, rest } = start(t);
  for (let n = 0; n < 2_500; n += 1) recorder.record(scaled(`web-${n}`, 'x'));
  await rest(6_000);
  assert.equal(created.length + recorder.dropped, 2_500);
  assert.ok(created.length >= 2_000);
});

test('of one object the last ten are written, however much is said of it', async (t) => {
  const { recorder, created, rest } = start(t);
  for (let n = 0; n < 2_100; n += 1) recorder.record(scaled('a', `${n}`));
  await rest(100);
  assert.deepEqual(
    created.map(({ note }) => note),
    Array.from({ length: 10 }, (_, n) => `${2_090 + n}`),
  );
  assert.equal(recorder.dropped, 2_090);
});

test('who floods a namespace keeps no Event of another from being written, and soon', async (t) => {
  const { recorder, created, rest } = start(t);
  for (let n = 0; n < 2_100; n += 1) recorder.record(scaled(`web-${n}`, 'x', 'loud'));
  recorder.record(scaled('a', 'first', 'quiet'));
  for (let n = 0; n < 2_100; n += 1) recorder.record(scaled(`web-${n}`, 'y', 'loud'));
  await rest();
  assert.ok(created.slice(0, 2).some(({ note }) => note === 'first'));
  await rest(6_000);
  assert.equal(created.length, 2_000);
  assert.equal(created.length + recorder.dropped, 4_201);
});

test('what was left out is news when it is said again', async (t) => {
  const { recorder, created, patched, rest } = start(t);
  for (let n = 0; n < 11; n += 1) recorder.record(scaled('a', `${n}`));
  await rest(100);
  recorder.record(scaled('a', '0'));
  await rest();
  assert.equal(created.at(-1)?.note, '0');
  assert.equal(created.at(-1)?.series, undefined);
  assert.deepEqual(patched, []);
});
