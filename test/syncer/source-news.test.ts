/** What the log says of a Prometheus that goes and comes, with many ElasticWebs behind it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Reading, unknown } from '../../src/scaling/reading.ts';
import type { LoadReader } from '../../src/syncer/autoscaler.ts';
import { createLog } from '../../src/syncer/log.ts';
import { SourceNews } from '../../src/syncer/source-news.ts';
import { gathered } from '../prometheus/gathered.ts';

const MANY = 1_000;
const DOWN = unknown('SourceUnreachable', 'no answer from Prometheus at p:9090');
const REFUSED = unknown('SourceRefused', 'it does not accept the credentials');
const FAILED = unknown('SourceFailed', 'the query is too heavy');
const known: Reading = { kind: 'measured', stableQps: 1, fastQps: 1, targets: undefined };

/** A syncer of a thousand ElasticWebs; `tick` gives the first of them these readings and the others the last of these. */
function start() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLog({ level: 'info', format: 'json', write, now: () => new Date(0) });
  let nowMs = 0;
  let readings = new Map<string, Reading>();
  const reader: LoadReader = {
    async *read() {
      const [first, ...others] = await Promise.resolve([...readings]);
      yield new Map(first && [first]);
      yield new Map(others);
    },
  };
  const news = new SourceNews(reader, log, () => nowMs);
  const tick = async (...given: readonly Reading[]) => {
    readings = new Map(
      Array.from({ length: MANY }, (_, index) => [`web-${index}`, given[index] ?? given.at(-1) ?? known]),
    );
    assert.deepEqual(await gathered(news.read([], new AbortController().signal)), readings, 'passed on as they are');
    nowMs += 5_000;
  };
  const ticks = async (count: number, ...given: readonly Reading[]) => {
    for (let i = 0; i < count; i++) await tick(...given);
  };
  return { lines, ticks };
}

test('Prometheus away for half a minute is one line for all of them, and so is Prometheus back', async () => {
  const { lines, ticks } = start();
  await ticks(3, known);
  await ticks(60, DOWN);
  await ticks(3, known);

  const { message: why, reason } = DOWN;
  assert.deepEqual(
    lines.map(({ time, ...line }) => line),
    [
      { level: 'warn', message: 'Prometheus away', reason, why, elasticwebs: MANY, of: MANY },
      { level: 'info', message: 'Prometheus back', seconds: 300 },
    ],
  );
});

test('a few ticks without an answer are told nowhere, and nor is their end', async () => {
  const { lines, ticks } = start();
  for (let i = 0; i < 10; i++) {
    await ticks(1, known);
    await ticks(6, DOWN);
  }
  await ticks(1, known);
  assert.deepEqual(lines, []);
});

test('a Prometheus that never answered is told at once: the address may be wrong', async () => {
  const { lines, ticks } = start();
  await ticks(20, DOWN);
  assert.equal(lines.length, 1);
});

test('another reason that lasts is told, too', async () => {
  const { lines, ticks } = start();
  await ticks(1, known);
  await ticks(10, DOWN);
  await ticks(10, REFUSED);
  await ticks(1, known);
  assert.deepEqual(
    lines.map(({ message, reason }) => [message, reason]),
    [
      ['Prometheus away', 'SourceUnreachable'],
      ['Prometheus away', 'SourceRefused'],
      ['Prometheus back', undefined],
    ],
  );
});

test('an outage is told whose reason is another one at each tick, and once', async () => {
  const { lines, ticks } = start();
  await ticks(1, known);
  for (let i = 0; i < 360; i++) {
    await ticks(1, DOWN);
    await ticks(1, FAILED);
  }
  await ticks(1, known);
  assert.deepEqual(
    lines.map(({ message, seconds }) => [message, seconds]),
    [
      ['Prometheus away', undefined],
      ['Prometheus back', 3_600],
    ],
  );
});

test('an outage is told although one of them has been waiting all along, and so is its end, with who still waits', async () => {
  const { lines, ticks } = start();
  await ticks(20, FAILED, known);
  await ticks(60, DOWN);
  await ticks(20, FAILED, known);
  await ticks(1, known);
  assert.deepEqual(
    lines.map(({ message, seconds, reason, elasticwebs }) => [message, seconds, reason, elasticwebs]),
    [
      ['Prometheus away', undefined, 'SourceFailed', 1],
      ['Prometheus away', undefined, 'SourceUnreachable', MANY],
      ['Prometheus back', 300, 'SourceFailed', 1],
      ['Prometheus back', 500, undefined, undefined],
    ],
  );
});

test('a few ticks without an answer for all are told no more where one has been waiting all along', async () => {
  const { lines, ticks } = start();
  for (let i = 0; i < 10; i++) {
    await ticks(6, FAILED, known);
    await ticks(6, DOWN);
  }
  await ticks(1, FAILED, known);
  assert.deepEqual(
    lines.map(({ message, elasticwebs }) => [message, elasticwebs]),
    [
      // The moment in which one has waited for half a minute is one in which all do.
      ['Prometheus away', MANY],
      ['Prometheus back', 1],
    ],
  );
});

test('those that are not asked for are none of those that can be read', async () => {
  const { lines, ticks } = start();
  await ticks(1, known);
  await ticks(20, DOWN, unknown('TooManyQueries', 'too many'), known);
  await ticks(20, DOWN, unknown('TooManyQueries', 'too many'), DOWN);
  assert.deepEqual(
    lines.map(({ elasticwebs }) => elasticwebs),
    [1, MANY - 1],
  );
});

test('where only a part of them waits, the line says how many', async () => {
  const { lines, ticks } = start();
  await ticks(1, known);
  await ticks(10, DOWN, DOWN, known);
  assert.deepEqual([lines[0]?.elasticwebs, lines[0]?.of], [2, MANY]);
});

test('an ElasticWeb without series is none of it', async () => {
  const { lines, ticks } = start();
  await ticks(20, unknown('NoSeries', 'none'));
  assert.deepEqual(lines, []);
});
