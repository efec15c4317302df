/** How large a spec may be, and that it costs little to find out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTooLarge, MAX_SPEC_SIZE, tooLarge } from '../../src/api/size.ts';
import type { ElasticWebSpec } from '../../src/api/types.ts';
import { validate } from '../../src/api/validate.ts';
import { elasticWeb, EVERYTHING, type Json } from './objects.ts';

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
      errors: [
        { path: 'spec', message: 'must be smaller: its names and values have more than 131072 characters in all' },
      ],
    });
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
