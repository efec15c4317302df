/** Answers made to take all memory: the syncer lives on in as much of it as its pod has, and the load is unknown. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Reading } from '../../src/scaling/reading.ts';
import { startStub, type Ending } from './server.ts';
import { body, series } from './targets.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;

/** What a process with the heap of a pod of 512 MiB reads of a server that always answers so. It fails if the process does not live on. */
async function readingsOf(t: Ending, answers: { load: string; coverage: string }, groups: number): Promise<Reading[]> {
  const packed = { load: gzipSync(answers.load), coverage: gzipSync(answers.coverage) };
  const stub = await startStub(t, ({ kind }, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed[kind]);
  });
  const reader = join(import.meta.dirname, 'reader.ts');
  const { stdout } = await run(process.execPath, ['--max-old-space-size=256', reader, stub.url, String(groups)]);
  return JSON.parse(stdout) as Reading[];
}

/** An answer of that size whose result is the same again and again. */
function filled(unit: string, bytes: number): string {
  const [before = '', after = ''] = body(['']).split('""');
  return `${before}${unit.repeat(Math.floor((bytes - before.length - after.length - 2) / unit.length))}{}${after}`;
}

/** An answer with so many units. */
function varied(unit: (n: number) => string, count: number): string {
  const [before = '', after = ''] = body(['']).split('""');
  return `${before}${Array.from({ length: count }, (_, n) => unit(n)).join()}${after}`;
}

// Each is made when it is sent: it speaks of that moment.
const hostile = [
  { name: 'objects with nothing in them', text: () => filled('{},', 15.9 * MIB), says: /more than 500000 values/ },
  { name: 'lists with nothing in them', text: () => filled('[],', 15.9 * MIB), says: /more than 500000 values/ },
  { name: 'lists in lists', text: () => '['.repeat(15.9 * MIB), says: /more than 500000 values/ },
  {
    name: 'as many lists in lists as may be',
    text: () => `${'['.repeat(499_999)}${']'.repeat(499_999)}`,
    says: /JSON that is not an answer|moment/,
  },
  { name: 'numbers', text: () => filled('1.5,', 15.9 * MIB), says: /more than 500000 values/ },
  { name: 'series without labels', text: () => filled('{"metric":{}},', 15.9 * MIB), says: /more than 500000 values/ },
  {
    name: 'a few megabytes of series without labels',
    text: () => varied(() => '{"metric":{}}', 150_000),
    says: /more than 60000 series/,
  },
  {
    name: 'labels of which no two are the same',
    text: () => varied((n) => `{"metric":{"k${n}":1}}`, 60_000),
    says: /series that were not asked for/,
  },
  {
    name: 'ElasticWebs that nobody has',
    text: () => varied((n) => JSON.stringify(series(`web-${n}`, 'stable', `${n}`, Date.now() / 1000)), 60_000),
    says: /has m\d of others there, but none|moment/,
  },
  { name: 'blanks', text: () => `{${' '.repeat(15.9 * MIB)}}`, says: /JSON that is not an answer|moment/ },
  { name: 'more than there may be', text: () => filled('1.5,', 64 * MIB), says: /more than/ },
];

for (const { name, text, says } of hostile) {
  test(`answers of ${name} leave the load unknown, and the process alive`, { timeout: 120_000 }, async (t) => {
    const answer = text();
    const readings = await readingsOf(t, { load: answer, coverage: answer }, 5);
    assert.equal(readings.length, 5);
    for (const reading of readings) {
      assert.ok(reading.kind === 'unknown');
      assert.match(reading.message, says);
    }
  });
}

test('answers about ten thousand ElasticWebs are read', { timeout: 120_000 }, async (t) => {
  const at = Date.now() / 1000;
  const names = ['web', ...Array.from({ length: 9_999 }, (_, n) => `a-service-with-a-longer-name-${n}`)];
  const all = (...readings: string[]) =>
    body(readings.flatMap((reading) => names.map((name) => series(name, reading, '1', at))));
  const load = all('stable', 'fast');
  const coverage = all('covered', 'seen', 'fast', 'idle');
  assert.deepEqual(await readingsOf(t, { load, coverage }, 1), [
    { kind: 'measured', stableQps: 1, fastQps: 1, targets: { covered: 2, seen: 2, fast: 1 } },
  ]);
});
