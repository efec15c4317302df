/** Where axes have their marks and what these say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duration, numberAxis, shortNumber, timeMarks } from '../../../src/cli/chart/axis.ts';

for (const { peak, count, whole = false, labels } of [
  { peak: 8500, count: 5, labels: '0 2k 4k 6k 8k 10k' },
  { peak: 1000, count: 5, labels: '0 200 400 600 800 1k' },
  { peak: 17, count: 3, whole: true, labels: '0 10 20' },
  { peak: 2, count: 3, whole: true, labels: '0 1 2' },
  { peak: 0.3, count: 3, labels: '0 0.1 0.2 0.3' },
  { peak: 0, count: 4, labels: '0 0.5 1' },
  { peak: 2_400_000, count: 5, labels: '0 500k 1M 1.5M 2M 2.5M' },
]) {
  test(`an axis up to ${peak} has the marks ${labels}`, () => {
    assert.equal(
      numberAxis(peak, count, { whole })
        .marks.map(({ label }) => label)
        .join(' '),
      labels,
    );
  });
}

test('an axis begins at 0, reaches the peak, and has neither too many marks nor two that say the same', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.integer({ min: 2, max: 10 }), (peak, count) => {
      const { marks, end } = numberAxis(peak, count);
      assert.equal(marks[0]?.at, 0);
      assert.equal(marks.at(-1)?.at, end);
      assert.ok(end >= peak * (1 - 1e-9), `${end} is below ${peak}`);
      assert.ok(marks.length >= 2 && marks.length <= count + 2, `${marks.length} marks`);
      assert.equal(new Set(marks.map(({ label }) => label)).size, marks.length);
    }),
  );
});

for (const [value, label] of [
  [0, '0'],
  [0.25, '0.25'],
  [999.9, '999.9'],
  [999.96, '1k'],
  [1500, '1.5k'],
  [12_345, '12.35k'],
  [999_999, '1M'],
] as const) {
  test(`${value} is ${label}`, () => assert.equal(shortNumber(value), label));
}

for (const [seconds, text] of [
  [0, '0'],
  [45, '45s'],
  [60, '1m'],
  [5400, '1h30m'],
  [86_400, '1d'],
  [216_000, '2d12h'],
  [90_061, '1d1h'],
  [86_460, '1d'],
] as const) {
  test(`${seconds} s are ${text}`, () => assert.equal(duration(seconds), text));
}

for (const { span, count, labels } of [
  { span: 604_800, count: 8, labels: '0 1d 2d 3d 4d 5d 6d 7d' },
  { span: 86_400, count: 8, labels: '0 3h 6h 9h 12h 15h 18h 21h 1d' },
  { span: 120, count: 8, labels: '0 15s 30s 45s 1m 1m15s 1m30s 1m45s 2m' },
  { span: 1, count: 8, labels: '0 1s' },
  { span: 0.2, count: 8, labels: '0' },
  { span: 31_536_000, count: 4, labels: '0 100d 200d 300d' },
]) {
  test(`${span} s have the marks ${labels}`, () => {
    assert.equal(
      timeMarks(span, count)
        .map(({ label }) => label)
        .join(' '),
      labels,
    );
  });
}
