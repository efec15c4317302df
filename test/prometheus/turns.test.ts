/** Groups that the server has trouble with, or that take it long, do not keep the others from being asked, nor from being asked often. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import type { LoadTarget } from '../../src/prometheus/source.ts';
import type { Reading } from '../../src/scaling/reading.ts';
import { healthy, startSource, startStub } from './server.ts';
import { target } from './targets.ts';

const INTERVAL_MS = 5_000;
/** The time between ticks of `startSource`. */
const READ_AFTER_MS = 5_000;
const web = target('web', { name: 'zz_total' });

/** ElasticWebs whose groups come before that of `web`. */
const heavy = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    target(`heavy-${n}`, { type: 'External', name: `heavy_${n}_total`, matchLabels: { job: 'ingress' } }),
  );
/** As a server does that works on it for too long. */
const fail = (response: ServerResponse): void => void response.writeHead(500).end();
/** Ticks in which each query for the load of a heavy group takes the server so long: how long each was, and who was asked how often. */
async function ticksOf(t: TestContext, costMs: (name: string) => number) {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, { url: stub.url, intervalMs: INTERVAL_MS });
  const answer = healthy(clock, 'web');
  stub.script = (asked, response) => {
    const name = heavyOf(asked.query);
    // One after the other, as on a server with one core.
    if (name !== undefined && asked.kind === 'load') clock.advance(costMs(name));
    return answer(asked, response);
  };
  return async (count: number, ...targets: readonly LoadTarget[]) => {
    const [before, tookMs, readings] = [stub.asked.length, [] as number[], [] as ReadonlyMap<string, Reading>[]];
    for (let n = 0; n < count; n += 1) {
      const startMs = clock.monotonicMs() + READ_AFTER_MS;
      readings.push(await read(...targets));
      tookMs.push(clock.monotonicMs() - startMs);
    }
    const names = stub.asked
      .slice(before)
      .filter(({ kind }) => kind === 'load')
      .map(({ query }) => heavyOf(query));
    return { tookMs, readings, names, times: (name?: string) => names.filter((one) => one === name).length };
  };
}

const heavyOf = (query: string) => /heavy_\d+_total/.exec(query)?.[0];

test('an ElasticWeb is read though nine groups before it fail at every tick, and each of those gets its turns', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  stub.script = (asked, response) => (heavyOf(asked.query) === undefined ? answer(asked, response) : fail(response));
  await read(...heavy(9), web);
  const before = stub.asked.length;
  const kinds = [];
  for (let n = 0; n < 6; n += 1) kinds.push((await read(...heavy(9), web)).get(web.key)?.kind);
  assert.deepEqual(kinds, Array(6).fill('measured'));
  const loads = stub.asked.slice(before).filter(({ kind }) => kind === 'load');
  for (const { metric } of heavy(9)) {
    const count = loads.filter(({ query }) => heavyOf(query) === metric.name).length;
    assert.ok(count >= 2, `${metric.name} was asked for ${count} times in six ticks`);
  }
});

test('a namespace whose groups all fail at once keeps no other from being read in that very tick', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  const elsewhere = heavy(20).map((one) => ({ ...one, namespace: 'elsewhere' }));
  stub.script = answer;
  await read(...elsewhere, web);
  stub.script = (asked, response) => (heavyOf(asked.query) === undefined ? answer(asked, response) : fail(response));
  const kinds = [];
  for (let n = 0; n < 4; n += 1) kinds.push((await read(...elsewhere, web)).get(web.key)?.kind);
  assert.deepEqual(kinds, Array(4).fill('measured'));
});

test('groups that are new and fail at once come after those that went well', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read, readOne } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  stub.script = (asked, response) => (heavyOf(asked.query) === undefined ? answer(asked, response) : fail(response));
  await readOne(web);
  assert.equal((await read(...heavy(9), web)).get(web.key)?.kind, 'measured');
});

test('groups that failed before are begun for no longer than one interval, and say why they fail all the same', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, {
    ...{ url: stub.url, intervalMs: INTERVAL_MS },
    onQuery: ({ outcome }) => {
      if (outcome === 'SourceFailed') clock.advance(INTERVAL_MS);
    },
  });
  const answer = healthy(clock, 'web');
  // Never so many failures in a row that the tick is given up.
  stub.script = (asked, response) =>
    heavyOf(asked.query) === undefined || asked.kind === 'coverage' ? answer(asked, response) : fail(response);
  await read(web);
  for (let n = 0; n < 3; n += 1) await read(...heavy(12), web);
  const asked = new Set<string>();
  for (let n = 0; n < 4; n += 1) {
    const before = stub.asked.length;
    const readings = await read(...heavy(12), web);
    assert.equal(readings.get(web.key)?.kind, 'measured');
    for (const { key } of heavy(12)) {
      const reading = readings.get(key);
      assert.match(reading?.kind === 'unknown' ? reading.message : '', /answered 500/);
    }
    const names = stub.asked.slice(before).flatMap(({ query }) => heavyOf(query) ?? []);
    assert.ok(new Set(names).size <= 4, `${names.join()} in one tick`);
    for (const name of names) asked.add(name);
  }
  assert.equal(asked.size, 12);
});

test('slow groups keep no other from being read at once, nor the next tick from coming, and each gets its turns', async (t) => {
  const ticks = await ticksOf(t, () => 1_500);
  await ticks(1, web);
  const { tookMs, readings, names, times } = await ticks(20, ...heavy(20), web);
  assert.deepEqual(
    readings.map((one) => one.get(web.key)?.kind),
    Array(20).fill('measured'),
  );
  assert.equal(names[0], undefined, 'the quick one first');
  // What was begun is finished: four at once, one after the other. All of them would take 30 s.
  assert.ok(Math.max(...tookMs) <= INTERVAL_MS + 4 * 1_500, `ticks of ${tookMs.join(', ')} ms`);
  assert.ok(Math.max(...tookMs.slice(5)) <= 4 * 1_500, `ticks of ${tookMs.join(', ')} ms`);
  for (const { metric } of heavy(20)) assert.ok(times(metric.name) >= 3, `${metric.name}: ${times(metric.name)} times`);
});

test('a slow group whose turn is still to come is not read yet, and no failure', async (t) => {
  const ticks = await ticksOf(t, () => 1_500);
  const { readings } = await ticks(5, ...heavy(20), web);
  const told = readings.flatMap((one) => [...one.values()]).filter((reading) => reading.kind === 'unknown');
  assert.ok(told.length > 0);
  for (const { reason, message } of told) {
    assert.equal(reason, 'NotReadYet');
    assert.match(message, /its turn comes in one of the next ticks$/);
  }
});

test('few slow groups are read at every tick', async (t) => {
  const ticks = await ticksOf(t, () => 1_100);
  await ticks(1, web);
  const { readings } = await ticks(6, ...heavy(4), web);
  for (const one of readings)
    assert.ok(
      [...one.values()].every(({ kind }) => kind === 'measured'),
      JSON.stringify([...one]),
    );
});

test('groups that are quick but too many for one tick leave a slow one and a new one their turns', async (t) => {
  const ticks = await ticksOf(t, (name) => (name === 'heavy_0_total' ? 1_500 : 200));
  const old = await ticks(20, ...heavy(49));
  assert.ok(Math.max(...old.tookMs) <= INTERVAL_MS + 4_000, `ticks of ${old.tookMs.join(', ')} ms`);
  for (const { metric } of heavy(49))
    assert.ok(old.times(metric.name) >= 2, `${metric.name}: ${old.times(metric.name)} times`);
  const { readings } = await ticks(10, ...heavy(49), web);
  assert.ok(readings.some((one) => one.get(web.key)?.kind === 'measured'));
});

test('a group that is quick again is read at every tick again', async (t) => {
  let costMs = 1_500;
  const ticks = await ticksOf(t, () => costMs);
  await ticks(6, ...heavy(20), web);
  costMs = 0;
  await ticks(6, ...heavy(20), web);
  const { readings } = await ticks(3, ...heavy(20), web);
  for (const one of readings)
    assert.ok(
      [...one.values()].every(({ kind }) => kind === 'measured'),
      JSON.stringify([...one]),
    );
});

test('what is quick is told while what is slow is still asked', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read, source } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  stub.script = answer;
  const [slow] = heavy(1);
  assert.ok(slow);
  await read(web, slow);
  const answers: (() => unknown)[] = [];
  stub.script = (asked, response) =>
    heavyOf(asked.query) === undefined ? answer(asked, response) : void answers.push(() => answer(asked, response));
  clock.advance(READ_AFTER_MS);
  const told: string[] = [];
  for await (const readings of source.read([slow, web], AbortSignal.timeout(60_000))) {
    told.push(...readings.keys());
    if (readings.has(web.key)) {
      // Its answers are held back until now.
      while (answers.length < 2) await new Promise(setImmediate);
      for (const send of answers) send();
    }
  }
  assert.deepEqual(told, [web.key, slow.key]);
});

test('a group that is new is read in what is left of a tick, though slow ones that need more wait before it', async (t) => {
  const ticks = await ticksOf(t, (name) => (name.startsWith('heavy') ? 1_200 : 0));
  await ticks(8, ...heavy(20));
  const { readings } = await ticks(3, ...heavy(20), web);
  assert.ok(readings.slice(0, 2).some((one) => one.get(web.key)?.kind === 'measured'));
});

test('groups that are new at every tick and fail keep a slow one from nothing, and are not what is said of it', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, { url: stub.url, intervalMs: INTERVAL_MS });
  const answer = healthy(clock, 'web');
  stub.script = (asked, response) => {
    if (heavyOf(asked.query) !== undefined) {
      fail(response);
      return undefined;
    }
    if (asked.kind === 'load') clock.advance(1_100);
    return answer(asked, response);
  };
  const all = heavy(8).map((one) => ({ ...one, namespace: 'elsewhere' }));
  const kinds = [];
  for (let n = 0; n < 8; n += 1) {
    // Whoever changes what is asked for has groups that nobody knows yet.
    const flipped = n % 2 === 0 ? all.slice(0, 4) : all.slice(4);
    kinds.push((await read(...flipped, web)).get(web.key)?.kind);
  }
  assert.deepEqual(kinds.slice(1), Array(7).fill('measured'));
});

test('whose turn did not come because others failed is not read yet, as long as the server answers somebody', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  stub.script = (asked, response) => (heavyOf(asked.query) === undefined ? answer(asked, response) : fail(response));
  const late = target('late', { name: 'zzz_total' });
  await read(web);
  const reading = (await read(web, ...heavy(9), late)).get(late.key);
  assert.equal(reading?.kind === 'unknown' && reading.reason, 'NotReadYet');
  stub.script = (_, response) => fail(response);
  const readings = await read(web, ...heavy(9), late);
  assert.equal(
    [...readings.values()].filter((one) => one.kind === 'unknown' && one.reason === 'SourceFailed').length,
    11,
  );
});
