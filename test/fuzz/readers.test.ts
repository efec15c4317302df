/**
 * Everything that reads what others wrote, ten thousand times each run: nothing is thrown but what is promised, what is said can be shown on a
 * terminal, nothing grows without measure, and no key of theirs reaches the prototype of our objects.
 */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import { describeErrors, validate } from '../../src/api/validate.ts';
import { parseDocuments } from '../../src/cli/documents.ts';
import { readTrace, TraceError } from '../../src/cli/simulation/trace.ts';
import { parseAnswer } from '../../src/prometheus/answer.ts';
import { groupTargets } from '../../src/prometheus/groups.ts';
import { coverageQuery, loadQuery } from '../../src/prometheus/query.ts';
import { mutatedElasticWeb } from '../api/mutations.ts';
import { elasticWeb } from '../api/objects.ts';
import { parsed } from '../prometheus/parsed.ts';
import { target } from '../prometheus/targets.ts';

/** For each test. A failure tells seed and path, with which fast-check gives the same case again. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 10_000);

afterEach(() => assert.deepEqual(Object.keys(Object.prototype), [], 'a key has reached the prototype of all objects'));

/** What a terminal would obey. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Texts that mean something to one reader or another. */
const odd = fc.oneof(
  fc.constantFrom(
    ...['__proto__', 'constructor', 'prototype', 'toString', '', '\0', '\u001b[2J', '\u202e', '\ufeff', '\ud800', '💥'],
    ...['"} or vector(1e9) #', '"', '\\', '`', "'", '\r\n', '{{.}}', '$(id)', '../../etc/passwd', '${x}', '%00', '<<'],
    ...['NaN', '+Inf', '1e309', '-0', '0x10', '1_000', '9007199254740993', 'null', '~', 'yes', '0o7', '12:30:45'],
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 30 }),
);

test('the validator has a verdict on anything, in bounded words that a terminal can show, and stands by it', () => {
  const anything = fc.anything({ key: odd, withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
  const objects = fc.oneof(
    { weight: 3, arbitrary: mutatedElasticWeb },
    anything,
    anything.map((spec) => ({ ...elasticWeb(), spec })),
    anything.map((metadata) => ({ ...elasticWeb(), metadata })),
    anything.map((status) => ({ ...elasticWeb(), status })),
  );
  fc.assert(
    fc.property(objects, (object) => {
      const validation = validate(object);
      if (validation.kind === 'valid') {
        assert.deepEqual(validate(validation.resource), validation);
        return;
      }
      const words = describeErrors(validation.errors);
      assert.ok(validation.errors.length > 0 && words.length < 100_000);
      assert.doesNotMatch(words.replaceAll('\n', ' '), UNPRINTABLE);
    }),
    { numRuns },
  );
});

test('the reader of YAML reads or refuses every text, and no alias makes much of little', () => {
  const anchor = fc.constantFrom('a', 'b');
  const scalar = fc.oneof(
    odd,
    odd.map((text) => JSON.stringify(text)),
    fc.constantFrom('!!binary x', '!!int "1"', '!<tag:x> y', '|\n   x', '>-\n   x'),
  );
  const { node } = fc.letrec<{ node: string; inner: string }>((tie) => ({
    inner: fc.oneof(
      { maxDepth: 5 },
      scalar,
      anchor.map((name) => `*${name}`),
      tie('node'),
    ),
    node: fc.oneof(
      { maxDepth: 5 },
      scalar,
      fc
        .tuple(anchor, fc.array(tie('inner'), { maxLength: 6 }))
        .map(([name, items]) => `&${name} [${items.join(', ')}]`),
      fc
        .tuple(
          anchor,
          fc.array(fc.tuple(fc.oneof(odd, fc.constantFrom('<<', '? x', '*a ')), tie('inner')), { maxLength: 5 }),
        )
        .map(([name, pairs]) => `&${name} {${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')}}`),
    ),
  }));
  const pieces = fc.array(
    fc.oneof(node, odd, fc.constantFrom('---\n', '...\n', '- ', '  ', '\n', ': ', '\t', '%YAML 1.2\n', '{"', '\\"')),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(
      pieces.map((parts) => parts.join('')),
      (text) => {
        for (const document of parseDocuments(text, 'web.yaml')) {
          assert.ok(document.line >= 1);
          if (document.kind === 'document') {
            const size = JSON.stringify(document.value).length;
            assert.ok(size <= 1_000_000 + 100 * text.length, `${text.length} characters became ${size}`);
          } else {
            assert.ok(document.column >= 1 && document.message !== '');
          }
        }
      },
    ),
    { numRuns },
  );
});

test('the reader of CSV and of what Prometheus stored takes or refuses every text, in words that a terminal can show', async () => {
  const cell = fc.oneof(odd, fc.double().map(String), fc.constantFrom('"', '""', '"a""b"', '=1+1', ' 1 ', '1,2'));
  const row = fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(','));
  const csv = fc
    .tuple(
      fc.constantFrom('seconds,qps', 'seconds,qps,fastQps', '\ufeffseconds,qps', 'qps', ''),
      fc.array(row, { maxLength: 6 }),
    )
    .chain(([header, rows]) => fc.constantFrom('\n', '\r\n', '\r').map((end) => [header, ...rows].join(end)));
  const pair = fc.tuple(fc.oneof(fc.double(), fc.integer()), fc.oneof(odd, fc.double().map(String)));
  const series = fc.record(
    { metric: fc.dictionary(odd, odd), values: fc.array(pair, { maxLength: 5 }) },
    { requiredKeys: [] },
  );
  const json = fc
    .record(
      {
        status: fc.oneof(fc.constantFrom('success', 'error'), odd),
        error: odd,
        data: fc.record({
          resultType: fc.oneof(fc.constant('matrix'), odd),
          result: fc.array(fc.oneof(series, fc.jsonValue())),
        }),
      },
      { requiredKeys: [] },
    )
    .map((answer) => JSON.stringify(answer));
  const texts = fc.oneof(
    csv,
    json,
    fc.tuple(json, fc.nat(200)).map(([text, cut]) => text.slice(0, cut)),
    odd,
  );
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 40 }), async (text, chunk) => {
      try {
        const trace = await readTrace(chunksOf(Buffer.from(text), chunk));
        assert.ok(trace.length > 0);
        for (let number = 0; number < trace.length; number += 1) {
          assert.ok(Number.isFinite(trace.secondsAt(number)));
          assert.ok(number === 0 || trace.secondsAt(number) > trace.secondsAt(number - 1));
          const load = trace.loadAt(number);
          assert.ok(load === undefined || (Number.isFinite(load) && load >= 0));
        }
      } catch (error) {
        if (!(error instanceof TraceError)) throw error;
        assert.ok(error.message.length < 1_000, error.message);
        assert.doesNotMatch(error.message, UNPRINTABLE);
      }
    }),
    { numRuns },
  );
});

test('the reader of Prometheus’ answers throws nothing, quotes nothing, and takes no number that is none', async () => {
  const series = fc.oneof(
    fc.record({ metric: fc.dictionary(odd, odd), value: fc.tuple(fc.oneof(fc.double(), odd), odd) }),
    fc.record({ metric: fc.jsonValue(), value: fc.jsonValue() }, { requiredKeys: [] }),
    fc.jsonValue(),
  );
  const mark = 'word-of-the-server';
  const answers = fc
    .record(
      {
        status: fc.oneof({ weight: 5, arbitrary: fc.constant('success') }, fc.constantFrom('error', mark), odd),
        errorType: fc.constant(mark),
        error: fc.constant(mark),
        warnings: fc.oneof(fc.array(fc.constant(mark)), fc.jsonValue()),
        data: fc.oneof(
          fc.jsonValue(),
          fc.record({
            resultType: fc.oneof(fc.constant('vector'), fc.constantFrom('matrix', mark)),
            result: fc.array(series),
          }),
        ),
      },
      { requiredKeys: [] },
    )
    .map((answer) => JSON.stringify(answer));
  const cut = fc.tuple(answers, fc.nat(300)).map(([text, at]) => text.slice(0, at));
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: answers }, cut, odd, fc.json()), async (text) => {
      const answer = await parseAnswer(text);
      if (answer.kind === 'flaw') {
        assert.ok(!answer.what.includes(mark) && answer.what.length < 200);
        assert.doesNotMatch(answer.what, UNPRINTABLE);
      } else {
        for (const { timeMs } of answer.series) assert.ok(timeMs === undefined || Number.isFinite(timeMs));
      }
    }),
    { numRuns },
  );
});

test('whatever a tenant names a metric and its labels, the queries are those that were meant, or none', () => {
  const labels = { namespace: 'namespace', name: 'service' };
  const settings = {
    labels,
    windows: { scrapeIntervalSeconds: 15, stableWindowSeconds: 60, fastWindowSeconds: 35 },
    idleWindowSeconds: 300,
  };
  const queries = (metric: object): string[] =>
    groupTargets([target('web', metric)], labels).groups.flatMap((group) => [
      loadQuery(group, settings),
      coverageQuery(group, settings),
    ]);
  const shapes = new Map<string, string>();
  /** The shape of the same queries with harmless words. */
  const harmless = (type: 'Pods' | 'External', names: readonly string[]): string => {
    const key = JSON.stringify([type, names]);
    const known =
      shapes.get(key) ??
      JSON.stringify(
        queries({ type, matchLabels: Object.fromEntries(names.map((name) => [name, 'x'])) }).map(
          (query) => parsed(query).shape,
        ),
      );
    shapes.set(key, known);
    return known;
  };
  // The grammar in JavaScript takes no keyword and no property of objects for a name; the one of Prometheus takes most of them.
  const isReadable = (word: string) => !/^[\w:]+$/.test(word) || !parsed(`${word}{a="b"}`).shape.includes('⚠');
  const name = fc.oneof({ weight: 2, arbitrary: fc.constant('requests_total') }, odd.filter(isReadable));
  const label = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('code', 'method', 'uri', 'path') }, odd);
  const metrics = fc.tuple(
    fc.constantFrom('Pods' as const, 'External' as const),
    name,
    fc.dictionary(label, odd, { maxKeys: 2 }),
  );
  let asked = 0;
  fc.assert(
    fc.property(metrics, ([type, metric, matchLabels]) => {
      const made = queries({ type, name: metric, matchLabels });
      if (made.length === 0) return;
      asked += 1;
      const names = Object.keys(matchLabels);
      assert.ok([metric, ...names].every((word) => /^[a-zA-Z_:][\w:]*$/.test(word)));
      assert.equal(JSON.stringify(made.map((query) => parsed(query).shape)), harmless(type, names));
      for (const query of made) assert.match(query, /namespace="shop"/);
    }),
    { numRuns },
  );
  assert.ok(asked > numRuns / 4, `only ${asked} of ${numRuns} were asked for`);
});

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
