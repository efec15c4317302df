/** Whether a text is divided where its documents end, and in a time that grows as the text does. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { divideDocuments } from '../../src/cli/document-parts.ts';
import { ROOT } from './command.ts';

const run = promisify(execFile);

/** Texts full of what could be taken for the end of something. */
const word = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '\n', '-', 'a'), maxLength: 8 });
const plain = { noNullPrototype: true };
const value = fc.oneof(word, fc.array(word), fc.dictionary(word, word, plain));
const objects = fc.array(fc.dictionary(word, value, plain), { minLength: 1 });
const blank = fc.constantFrom('', '\n', '\r\n', ' ');

test('each of the JSON objects in a row is a part, whatever their strings hold', () => {
  fc.assert(
    fc.property(objects, blank, (values, between) => {
      const texts = values.map((one) => JSON.stringify(one));
      const text = texts.join(between);
      const parts = divideDocuments(text);
      assert.deepEqual(
        parts.map((part) => part.text.trim()),
        texts,
      );
      for (const part of parts) assert.ok(text.startsWith(part.text, part.offset));
    }),
  );
});

test('JSON that breaks off, or goes on with something else, is not divided as JSON', () => {
  for (const text of [
    '{"a":1}{"b',
    '{"a":1}{"b\\',
    '{"a":1}{"b\\"',
    '{"a":1}{',
    '{"a":1}b',
    '{"a":1}{}}',
    '{"a":1}"}',
  ]) {
    assert.deepEqual(divideDocuments(text), [{ text, offset: 0 }]);
  }
});

const traps = {
  'a string of escaped quotes that does not end': `'{"' + '\\\\"'.repeat(4e6)`,
  'a string of escapes that does not end': `'{"' + '\\\\\\\\'.repeat(4e6)`,
  'strings that begin and do not end': `'{' + '"\\\\'.repeat(4e6)`,
  'opening braces': `'{'.repeat(8e6)`,
  dashes: `'-'.repeat(8e6)`,
  'lines of dashes': `'---\\n'.repeat(2e6)`,
  'blanks before anything': `' '.repeat(8e6) + '}'`,
};

for (const [name, text] of Object.entries(traps)) {
  // In a process of its own: nothing else can end a regular expression. What took more than the time of the text would take hours.
  test(`eight megabytes of ${name} are divided within a minute`, async () => {
    const module = join(ROOT, 'src/cli/document-parts.ts');
    const script = `import { divideDocuments } from ${JSON.stringify(module)}; divideDocuments(${text});`;
    await run(process.execPath, ['--input-type=module', '--eval', script], { timeout: 60_000 });
  });
}
