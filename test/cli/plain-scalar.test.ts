/** Whether unquoted words mean what they mean to kubectl. The values are what sigs.k8s.io/yaml 1.6.0 gave for `a: WORD`. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePlainScalar } from '../../src/cli/plain-scalar.ts';

const asText = (...words: string[]): [string, string][] => words.map((word) => [word, word]);
const as = (value: unknown, ...words: string[]): [string, unknown][] => words.map((word) => [word, value]);

const tables: Record<string, readonly [string, unknown][]> = {
  'the words of YAML 1.1 are booleans': [
    ...as(true, 'yes', 'Yes', 'YES', 'on', 'ON', 'y', 'Y', 'true', 'TRUE'),
    ...as(false, 'no', 'No', 'off', 'OFF', 'n', 'N', 'False'),
  ],
  'what only looks like one is text': asText('tRUE', 'on1', 'yES', 'NaN', 'Infinity', 'nil', '.Inf5'),
  'nothing, ~ and null are null': as(null, '', '~', 'null', 'Null', 'NULL'),
  'integers may have a base, a sign and underscores': [
    ...as(15, '017', '0o17', '0O17', '0xF', '0b1111', '+15', '1_5', '1__5'),
    ...as(-3, '-0b11', '-3', '-0x3', '-03'),
    ...as(8, '08', '8', '8.', '8.0'),
  ],
  'floats are decimal': [
    ...as(0.5, '.5', '+.5', '0.5', '.5_0', '5e-1', '.05E1'),
    ...as(1000, '1e3', '1E+3', '1_000.0'),
  ],
  'integers beyond 64 bits are floats when they are decimal': [
    ['18446744073709551616', 2 ** 64],
    ['0xffffffffffffffff', 2 ** 64],
    ['0x10000000000000000', '0x10000000000000000'],
    ['0777777777777777777777777', 7.777777777777778e23],
    ['1e400', '1e400'],
  ],
  'there are no dates, no times and no base 60': asText(
    '2001-12-14',
    '2001-12-14T21:59:43Z',
    '12:30',
    '22:30:15',
    '190:20:30',
  ),
  'other text stays text': asText(
    '500m',
    '1Gi',
    'v1',
    '1.2.3',
    '0x',
    '0o8',
    '_1',
    '1e',
    'e1',
    '=',
    '+',
    '++1',
    '.',
    '..',
  ),
  'what JSON cannot carry is told as it is': [
    ['.nan', NaN],
    ['.INF', Infinity],
    ['-.Inf', -Infinity],
  ],
};
for (const [name, rows] of Object.entries(tables)) {
  test(`plain scalars: ${name}`, () => {
    for (const [word, value] of rows) assert.equal(resolvePlainScalar(word), value, word);
  });
}
