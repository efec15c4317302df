import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockTime, nowAndThen, updatingLine } from './progress.ts';

test('output that is kept gets the first line and then one in 15 s', () => {
  const printed: string[] = [];
  let nowMs = 0;
  const show = nowAndThen(
    (line) => printed.push(line),
    () => nowMs,
  );
  for (nowMs = 0; nowMs <= 31_000; nowMs += 1_000) show(`at ${nowMs / 1000} s`);
  assert.deepEqual(printed, ['at 0 s', 'at 15 s', 'at 30 s']);
});

test('on a terminal each line is written over the one before and cut to the width', () => {
  let written = '';
  const line = updatingLine({ columns: 10, write: (text: string) => (written += text) });
  line.show('0123456789abc');
  line.show('done');
  line.end();
  assert.equal(written, '\r\u001b[K012345678\r\u001b[Kdone\n');
});

test('a terminal to which nothing was shown stays clean', () => {
  let written = '';
  updatingLine({ columns: 10, write: (text: string) => (written += text) }).end();
  assert.equal(written, '');
});

test('times read as on a clock', () => {
  assert.deepEqual([0, 42_000, 250_000, 3_600_000].map(clockTime), ['0:00', '0:42', '4:10', '60:00']);
});
