/** Whether columns lose nothing of what they stand for. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnsOf } from '../../../src/cli/chart/columns.ts';

const span = (min: number, max = min, last = max) => ({ min, max, last });
const valueOf = ({ value }: { readonly value: number | undefined }) => value;

test('a value holds until the next one, and the last one to the end', () => {
  const points = [
    { seconds: 0, value: 1 },
    { seconds: 20, value: 5 },
    { seconds: 35, value: undefined },
    { seconds: 50, value: 2 },
  ];
  assert.deepEqual(columnsOf(points, valueOf, { from: 0, to: 80, columns: 8 }), [
    span(1),
    span(1),
    span(5),
    span(5),
    undefined,
    span(2),
    span(2),
    span(2),
  ]);
});

test('several values within a column give the least, the greatest and the last', () => {
  const points = [3, 9, 1, 4].map((value, index) => ({ seconds: index, value }));
  assert.deepEqual(columnsOf(points, valueOf, { from: 0, to: 4, columns: 1 }), [span(1, 9, 4)]);
});

test('before the first point there is nothing', () => {
  const points = [{ seconds: 10, value: 1 }];
  assert.deepEqual(columnsOf(points, valueOf, { from: 0, to: 20, columns: 2 }), [undefined, span(1)]);
});

test('columns hold exactly the values that hold in their time', () => {
  const made = fc
    .array(
      fc.record({
        step: fc.integer({ min: 1, max: 9 }),
        value: fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 30 },
    )
    .map((steps) => {
      let seconds = 0;
      return steps.map(({ step, value }) => ({ seconds: (seconds += step), value }));
    });
  fc.assert(
    fc.property(made, fc.integer({ min: 1, max: 12 }), (points, columns) => {
      const [from, to] = [points[0]?.seconds ?? 0, (points[0]?.seconds ?? 0) + 240];
      const expected = Array.from({ length: columns }, (_, column) => {
        const begin = from + (240 * column) / columns;
        const end = column === columns - 1 ? Infinity : from + (240 * (column + 1)) / columns;
        const held = points.filter(
          ({ seconds }, index) => seconds < end && (points[index + 1]?.seconds ?? Infinity) > begin,
        );
        const values = held.flatMap(({ value }) => value ?? []);
        return values.length === 0 ? undefined : span(Math.min(...values), Math.max(...values), values.at(-1));
      });
      assert.deepEqual(columnsOf(points, valueOf, { from, to, columns }), expected);
    }),
  );
});
