import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutTo, printable, printableLine } from '../../src/api/printable.ts';

/** With line breaks, what a terminal obeys, what turns text around, and characters of two halves. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', '\n', '\r', '\u001b', '\u009b', '\u202e', '\u{e0001}', '😀', '\ud800'),
    fc.string(),
  ),
});

const rows = [
  { name: 'words stay as they are', given: 'naïve 価格 😀 "x" \\n', told: 'naïve 価格 😀 "x" \\n' },
  {
    name: 'what a terminal obeys',
    given: '\u001b[2J\u009b31m\u007f\u0000',
    told: '\\u001b[2J\\u009b31m\\u007f\\u0000',
  },
  { name: 'what turns or hides text', given: 'a\u202eb\u200bc', told: 'a\\u202eb\\u200bc' },
  { name: 'what is beyond U+FFFF, as JSON has it', given: '\u{e0001}', told: '\\udb40\\udc01' },
  { name: 'half a character', given: '\ud83d!', told: '\\ud83d!' },
];
for (const { name, given, told } of rows) {
  test(`printable: ${name}`, () => {
    assert.equal(printable(given), told);
  });
}

test('printable JSON has the value that it had', () => {
  fc.assert(
    fc.property(text, (value) => {
      const json = printable(JSON.stringify({ value }));
      assert.doesNotMatch(json, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      assert.deepEqual(JSON.parse(json), { value });
    }),
  );
});

test('what is printable stays as it is, however often it is made so', () => {
  fc.assert(
    fc.property(text, (given) => {
      const line = printableLine(given);
      assert.equal(printableLine(line), line);
      assert.equal(printable(line), line);
    }),
  );
});

test('the lines of a webhook become one, with spaces', () => {
  const answer = 'denied the request: \n\nresource was blocked\r\n\trequire-labels:\n  check: no\u001b\n';
  assert.equal(printableLine(answer), 'denied the request: resource was blocked require-labels: check: no\\u001b');
});

test('a text is cut at whole characters, to no more than that', () => {
  assert.equal(cutTo('abcdef', 6, '…'), 'abcdef');
  assert.equal(cutTo('abcdefg', 6, '…'), 'abcde…');
  assert.equal(cutTo('abcd😀fg', 6, '…'), 'abcd…');
  assert.equal(cutTo('abc😀fg', 6, '…'), 'abc😀…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 20 }), (given, length) => {
      const cut = cutTo(given, length, '...');
      assert.ok(cut.isWellFormed());
      assert.ok(cut.length <= length);
    }),
  );
});
