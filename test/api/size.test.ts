/** How large a spec may be, and that it costs little to find out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTooLarge, MAX_SPEC_SIZE, tooLarge } from '../../src/api/size.ts';
import type { ElasticWebSpec } from '../../src/api/types.ts';
import { validate, validateSpec } from '../../src/api/validate.ts';
import { elasticWeb, EVERYTHING, type Json } from './objects.ts';

const MESSAGE = 'must be smaller: its names and values have more than 131072 characters in all';

/** A spec of exactly this size. */
function sized(size: number): object {
  const names = { image: 'nginx' };
  return { ...names, command: 'x'.repeat(size - 'image'.length - 'nginx'.length - 'command'.length - 4) };
}

test('names and values count by their characters, and two for each value', () => {
  assert.equal(isTooLarge(sized(MAX_SPEC_SIZE)), false);
  assert.equal(isTooLarge(sized(MAX_SPEC_SIZE + 1)), true);
  assert.equal(isTooLarge(EVERYTHING.spec), false);
  for (const suspend of [true, false, undefined]) {
    const instead = tooLarge({ suspend, image: 'nginx' } as unknown as ElasticWebSpec);
    assert.deepEqual([isTooLarge(instead), instead.suspend === true], [true, suspend === true]);
  }
});

const large: Readonly<Record<string, Json>> = {
  'half a million empty terms': Array.from({ length: 460_000 }, () => ({})),
  'half a million empty texts': Array.from({ length: 460_000 }, () => ''),
  'a hundred thousand lists in each other': JSON.parse(
    `${'['.repeat(9_000)}${'1,'.repeat(70_000)}1${']'.repeat(9_000)}`,
  ) as Json,
  'names alone': Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`name-${index}`, null])),
};
for (const [name, value] of Object.entries(large)) {
  test(`too large, whatever its shape: ${name}`, () => {
    assert.equal(isTooLarge({ affinity: value }), true);
    const validation = validate(elasticWeb({ affinity: value }));
    assert.deepEqual(validation, {
      kind: 'invalid',
      errors: [{ path: 'spec', message: `${MESSAGE}; affinity alone has more` }],
    });
  });
}

const halves = { command: 'x'.repeat(60_000), podLabels: { a: 'x'.repeat(70_000) }, args: ['x'.repeat(50_000)] };
const manyFields = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`field-${index}`, 'x']));
for (const { name, spec, part } of [
  { name: 'the field that has the most, where each could stay alone', spec: halves, part: '; podLabels has the most' },
  {
    name: 'the first that is too large alone, whatever comes after it',
    spec: { ...halves, env: large['half a million empty texts'], envFrom: large['half a million empty terms'] },
    part: '; env alone has more',
  },
  {
    name: 'a field whose name a terminal would obey',
    spec: { '\u001b[2J': 'x'.repeat(MAX_SPEC_SIZE + 1) },
    part: '; ["\\u001b[2J"] alone has more',
  },
  { name: 'nothing, where there are more fields than a spec can have', spec: manyFields, part: '' },
  { name: 'nothing, where the spec is a list', spec: large['half a million empty texts'], part: '' },
  { name: 'nothing, where the spec itself is gone', spec: tooLarge(halves as unknown as ElasticWebSpec), part: '' },
]) {
  test(`what is too large names ${name}`, () => {
    const validation = validateSpec(spec, 'shop');
    assert.deepEqual(validation, { kind: 'invalid', errors: [{ path: 'spec', message: `${MESSAGE}${part}` }] });
  });
}

test('a value that holds itself is not large, it is no JSON', () => {
  const itself: unknown[] = [];
  itself.push(itself);
  assert.equal(isTooLarge(itself), false);
});

test('anything else is small', () => {
  for (const value of [undefined, null, 1, 'x', [], {}, true]) assert.equal(isTooLarge(value), false);
});
