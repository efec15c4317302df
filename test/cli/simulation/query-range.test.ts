/** What an answer of Prometheus says as a trace, and what is said about one that is none. */

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readTrace, type Trace, TraceError } from '../../../src/cli/simulation/trace.ts';

const traceOf = (text: string, mostRows?: number): Promise<Trace> =>
  // Byte by byte, so that nothing rests on where it is divided.
  readTrace(Readable.from([...Buffer.from(text)].map((byte) => Buffer.of(byte))), mostRows);
const rowsOf = (trace: Trace) =>
  Array.from({ length: trace.length }, (_, row) => [trace.secondsAt(row), trace.loadAt(row)]);

const answer = (result: unknown, resultType = 'matrix'): string =>
  JSON.stringify({ status: 'success', data: { resultType, result } });
const series = (...values: unknown[]) => ({ metric: { service: 'shop' }, values });
const T = 1_700_000_000;

for (const { name, text, rows } of [
  {
    name: 'of query_range',
    text: answer([series([T, '1'], [T + 15, '2.5e+06'])]),
    rows: [[T, 1], [T + 15, 2_500_000]], // prettier-ignore
  },
  { name: 'of promtool', text: JSON.stringify([series([T, '1'])]), rows: [[T, 1]] },
  { name: 'after a byte order mark and empty lines', text: `\ufeff\n\n${answer([series([T, '1'])])}`, rows: [[T, 1]] },
  ...['NaN', '+Inf', '-Inf', '-1', '', ' '].map((value) => ({
    name: `'${value}' is no load but an unknown one`,
    text: answer([series([T, value])]),
    rows: [[T, undefined]],
  })),
  {
    name: 'a step that is left out is unknown, and does not go on as it was',
    text: answer([series([T, '1'], [T + 15, '2'], [T + 60, '3'])]),
    rows: [[T, 1], [T + 15, 2], [T + 30, undefined], [T + 60, 3]], // prettier-ignore
  },
]) {
  test(`an answer is read: ${name}`, async () => assert.deepEqual(rowsOf(await traceOf(text)), rows));
}

for (const [text, message] of [
  ['{"status":', /^is not JSON, or only a part of it; expected the answer of \/api\/v1\/query_range/],
  ['{"a":1}', /^is JSON, but not that of a trace; expected the answer/],
  ['[7]', /^is JSON, but not that of a trace/],
  [answer([]), /^has no series: does the query give anything/],
  ['[]', /^has no series/],
  [
    answer([series()]),
    /^has a series without a value: does the query give anything, and in the time that was asked for\?$/,
  ],
  [
    answer([series([T, '1']), series([T, '1'])]),
    /^has 2 series, and a trace is one load; make it one in the query: sum\(/,
  ],
  [
    answer([{ metric: {}, value: [T, '1'] }], 'vector'),
    /^is a vector, the answer for one moment; ask \/api\/v1\/query_range/,
  ],
  [answer([{ metric: {}, histograms: [] }]), /^has a series without values; a load is a number, not a histogram$/],
  [answer([series([T, 1])]), /^value 1 must be like \[1700000000, "12\.5"\], found \[1700000000,1\]$/],
  [answer([series([T, '1'], [T, '2'])]), /^value 2: seconds must ascend$/],
  ['{"status":"error","errorType":"bad_data","error":"parse error"}', /^is an error of Prometheus: "parse error"$/],
  [
    JSON.stringify({ status: 'error', error: `X\nshop.yaml: valid${'y'.repeat(1_000)}` }),
    /^is an error of Prometheus: "X\\nshop\.yaml: validy{39}\.\.\."$/,
  ],
  [answer([], 'X\nshop.yaml: valid'), /^is a "X\\nshop\.yaml: valid", the answer for one moment/],
  [answer([series(['z'.repeat(1_000), '1'])]), /found \["z{55}\.\.\.$/],
] as const) {
  test(`no trace: ${text.slice(0, 100)}`, async () => {
    await assert.rejects(traceOf(text), (error) => error instanceof TraceError && message.test(error.message));
  });
}

test('more values than there may be are refused', async () => {
  await assert.rejects(
    traceOf(answer([series([T, '1'], [T + 1, '1'])]), 1),
    /has 2 values; at most 1, take a longer step/,
  );
});
