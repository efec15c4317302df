/** What a trace in CSV says, and what is said about one that cannot be read. */

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTrace, type Trace, TraceError } from '../../../src/cli/simulation/trace.ts';

/** Reads a text that comes in chunks of this many bytes. */
async function traceOf(text: string | Uint8Array, chunk = 65_536): Promise<Trace> {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / chunk);
  return readTrace(
    Readable.from(Array.from({ length: count }, (_, index) => bytes.subarray(index * chunk, (index + 1) * chunk))),
  );
}

const rowsOf = (trace: Trace) =>
  Array.from({ length: trace.length }, (_, row) => [trace.secondsAt(row), trace.loadAt(row)]);

for (const { name, text, rows } of [
  { name: 'a header and rows', text: 'seconds,qps\n0,100\n15,200.5\n', rows: [[0, 100], [15, 200.5]] }, // prettier-ignore
  { name: 'no line feed at the end', text: 'seconds,qps\n0,100', rows: [[0, 100]] },
  { name: 'a byte order mark and the line ends of Windows', text: '\ufeffseconds,qps\r\n0,1\r\n', rows: [[0, 1]] },
  { name: 'a byte order mark before a quote', text: '\ufeff"seconds",qps\n0,1\n', rows: [[0, 1]] },
  { name: 'quoted cells', text: '"seconds","qps"\n"0","1e3"\n', rows: [[0, 1000]] },
  { name: 'spaces around cells, and empty lines', text: 'seconds, qps\n\n 0 ,\t7\n\n', rows: [[0, 7]] },
  { name: 'fractions, and seconds since 1970', text: 'seconds,qps\n1.7e9,1\n1700000000.5,.5\n', rows: [[1.7e9, 1], [1_700_000_000.5, 0.5]] }, // prettier-ignore
  { name: 'seconds below zero', text: 'seconds,qps\n-30,1\n-15,2\n', rows: [[-30, 1], [-15, 2]] }, // prettier-ignore
  ...['', 'NaN', 'nan', 'Inf', '+Inf', '-Inf', 'Infinity', '-1', '-0.001', '1e999'].map((cell) => ({
    name: `'${cell}' is no load but an unknown one`,
    text: `seconds,qps\n0,${cell}\n`,
    rows: [[0, undefined]],
  })),
  { name: 'zero is a load', text: 'seconds,qps\n0,0\n15,-0\n', rows: [[0, 0], [15, -0]] }, // prettier-ignore
]) {
  test(`a trace is read: ${name}`, async () => {
    assert.deepEqual(rowsOf(await traceOf(text)), rows);
    assert.deepEqual(rowsOf(await traceOf(text, 1)), rows, 'byte by byte');
  });
}

test('a reading is what the cells say, each for itself', async () => {
  const trace = await traceOf('seconds,qps,fastQps\n0,10,20\n1,10,\n2,,20\n3,NaN,-1\n');
  const measured = (stableQps: number | undefined, fastQps: number | undefined) => ({
    kind: 'measured',
    stableQps,
    fastQps,
    targets: undefined,
  });
  assert.deepEqual(
    [0, 1, 2].map((row) => trace.readingAt(row)),
    [measured(10, 20), measured(10, undefined), measured(undefined, 20)],
  );
  assert.equal(trace.readingAt(3).kind, 'unknown');
});

for (const [text, message] of [
  ['', /^is empty; expected the header seconds,qps or seconds,qps,fastQps/],
  ['seconds,qps\n', /^has a header, and no row below it; add rows such as 0,100$/],
  ['0,100\n15,200\n', /^line 1: expected the header .*; found "0,100"$/],
  ['seconds;qps\n0;1\n', /^line 1: expected the header .*; found "seconds;qps"$/],
  ['qps,seconds\n1,0\n', /^line 1: expected the header .*; found "qps,seconds"$/],
  ['seconds,qps\n0,1\n15\n', /^line 3: expected 2 cells as in the header, found 1: "15"$/],
  ['seconds,qps\n0,1,5\n', /^line 2: expected 2 cells as in the header, found 3: "0,1,5"$/],
  ['seconds,qps\n0,many\n', /^line 2: qps must be a number, found "many"$/],
  ['seconds,qps\n0,"1,5"\n', /^line 2: qps must be a number, found "1,5"$/],
  ['seconds,qps\n0,0x10\n', /^line 2: qps must be a number, found "0x10"$/],
  ['seconds,qps\n,1\n', /^line 2: seconds must be a number, found ""$/],
  ['seconds,qps\nInf,1\n', /^line 2: seconds must be finite, found "Inf"$/],
  ['seconds,qps\n\n0,1\n\n0,2\n', /^line 5: seconds must ascend, found 0 after 0$/],
  ['seconds,qps\n15,1\r\n0,2\n', /^line 3: seconds must ascend, found 0 after 15$/],
  [`seconds,qps\n0,1\n15,${'1'.repeat(5000)}\n`, /^line 3: a row is longer than 1000 characters/],
  [`seconds,qps\n0,"${'1\n'.repeat(5000)}`, /^line \d+: a row is longer than 1000 characters/],
  ['seconds,qps\n0,"1\n', /^line \d: a quote does not end where it should/],
  ['seconds,qps\n0,1"2\n', /^line 2: a quote does not end where it should/],
  [Buffer.from('\ufeffseconds,qps\n0,1\n', 'utf16le').toString('latin1'), /^is not text in UTF-8; save it as that$/],
] as const) {
  test(`a trace is refused: ${JSON.stringify(text.slice(0, 30))}`, async () => {
    await assert.rejects(
      async () => traceOf(text),
      (error) => {
        assert.ok(error instanceof TraceError, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('a trace without end is refused, and the rest of it is not read', async () => {
  let sent = 0;
  async function* endless() {
    yield Buffer.from('seconds,qps\n');
    for (;;) {
      yield Buffer.from(Array.from({ length: 10_000 }, () => `${(sent += 1)},1\n`).join(''));
      await Promise.resolve();
    }
  }
  await assert.rejects(readTrace(endless(), 50_000), /^TraceError: line 50002: a trace may have 50000 rows/);
  assert.ok(sent < 100_000, `${sent} rows were made`);
});

test('what goes wrong with the file is thrown as it is', async () => {
  const error = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('seconds,qps\n0,1\n');
    await Promise.reject(error);
  }
  await assert.rejects(readTrace(broken()), error);
});

test('whatever was written as a trace is read as it was', async () => {
  const load = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined });
  const steps = fc.array(fc.record({ step: fc.double({ min: 0.001, max: 1e6, noNaN: true }), load }), {
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 50 }), async (rows, chunk) => {
      let seconds = 0;
      const expected = rows.map(({ step, load }) => [(seconds += step), load] as const);
      const text = expected.map(([at, load]) => `${at},${load ?? ''}\n`).join('');
      assert.deepEqual(
        rowsOf(await traceOf(`seconds,qps\n${text}`, chunk)),
        expected.map((row) => [...row]),
      );
    }),
    { numRuns: 50 },
  );
});
