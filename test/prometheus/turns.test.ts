/** Groups that the server has trouble with do not keep the others from being asked, nor from being asked often. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { healthy, startSource, startStub } from './server.ts';
import { target } from './targets.ts';

const TIMEOUT_MS = 5_000;
const web = target('web', { name: 'zz_total' });

/** ElasticWebs whose groups come before that of `web`. */
const heavy = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    target(`heavy-${n}`, { type: 'External', name: `heavy_${n}_total`, matchLabels: { job: 'ingress' } }),
  );
/** As a server does that works on it for too long. */
const fail = (response: ServerResponse): void => void response.writeHead(500).end();
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

test('groups that failed before are asked for no longer than one deadline, and say why they fail all the same', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, {
    ...{ url: stub.url, timeoutMs: TIMEOUT_MS },
    onQuery: ({ outcome }) => {
      if (outcome === 'SourceFailed') clock.advance(TIMEOUT_MS);
    },
  });
  const answer = healthy(clock, 'web');
  // Never so many failures in a row that the tick is given up.
  stub.script = (asked, response) =>
    heavyOf(asked.query) === undefined || asked.kind === 'coverage' ? answer(asked, response) : fail(response);
  await read(...heavy(12), web);
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
