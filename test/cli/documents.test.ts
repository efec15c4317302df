/** Whether YAML and JSON texts are read as kubectl reads them, and whether errors say where and what. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDocuments, placeOf } from '../../src/cli/documents.ts';

/** The values of a text; where a document could not be read, what it says instead. */
function read(text: string): unknown[] {
  return parseDocuments(text, 'web.yaml').map((document) =>
    document.kind === 'document' ? document.value : `${document.line}:${document.column} ${document.message}`,
  );
}

const texts: readonly { name: string; text: string; values: readonly unknown[] }[] = [
  { name: 'documents are divided by dashes', text: 'a: 1\n---\nb: 2\n', values: [{ a: 1 }, { b: 2 }] },
  {
    name: 'a comment may stand behind the dashes',
    text: '--- # first\na: 1\n---\t#x\nb: 2',
    values: [{ a: 1 }, { b: 2 }],
  },
  {
    name: 'empty documents are left out',
    text: '---\n---\n# nothing\n---\nnull\n---\na: 1\n---\n',
    values: [{ a: 1 }],
  },
  { name: 'an empty text has none', text: '', values: [] },
  { name: 'lines may end as on Windows', text: 'a: 1\r\n---\r\nb:\r\n  - c\r\n', values: [{ a: 1 }, { b: ['c'] }] },
  { name: 'dashes in a block of text do not divide', text: 'a: |\n  ---\n  b\n', values: [{ a: '---\nb\n' }] },
  { name: 'JSON is read', text: '{\n\t"a": [1, true, null, "\\u00e9\\/"]\n}', values: [{ a: [1, true, null, 'é/'] }] },
  { name: 'JSON objects may follow each other', text: '{"a":"}{"}{"b":2}\n{}', values: [{ a: '}{' }, { b: 2 }, {}] },
  { name: 'JSON objects may be divided by dashes', text: '{"a":1}\n---\n{"b":2}', values: [{ a: 1 }, { b: 2 }] },
  {
    name: 'a flow mapping is not JSON',
    text: '{a: yes, b: [on]}\n---\nc: ~',
    values: [{ a: true, b: [true] }, { c: null }],
  },
  { name: 'quoted words are text', text: 'a: "yes"\nb: \'1\'\nc: >-\n  no\n', values: [{ a: 'yes', b: '1', c: 'no' }] },
  { name: 'keys become text', text: 'yes: 1\n0x10: 2\n', values: [{ true: 1, 16: 2 }] },
  {
    name: 'tags are obeyed',
    text: 'a: !!str 5\nb: !!int "5"\nc: !x 5\nd: !!binary aGk=',
    values: [{ a: '5', b: 5, c: '5', d: 'hi' }],
  },
  { name: 'aliases are copies', text: 'a: &x {b: 1}\nc: *x\n', values: [{ a: { b: 1 }, c: { b: 1 } }] },
  { name: 'an alias means the last anchor before it', text: '- &x 1\n- *x\n- &x 2\n- *x', values: [[1, 1, 2, 2]] },
  {
    name: 'a merge key is overwritten by what follows it, and overwrites what precedes it, as in kubectl',
    text: 'a: &x {k: 1, l: 1, m: 1}\nb: {k: 2, <<: *x, m: 2}\n',
    values: [{ a: { k: 1, l: 1, m: 1 }, b: { k: 1, l: 1, m: 2 } }],
  },
  { name: 'of several merged mappings the first counts', text: '<<: [{a: 1}, {a: 2, b: 2}]', values: [{ a: 1, b: 2 }] },
  { name: 'a quoted << is a key', text: '"<<": 1', values: [{ '<<': 1 }] },
  {
    name: 'lists are taken apart, also those in lists',
    text: 'kind: ElasticWebList\nitems:\n- kind: List\n  items: [1, 2]\n- 3\n',
    values: [1, 2, 3],
  },
  {
    name: 'other things with items are not lists',
    text: 'kind: Menu\nitems: [1]',
    values: [{ kind: 'Menu', items: [1] }],
  },
  { name: 'a text is a document', text: 'just text', values: ['just text'] },
  { name: 'a long JSON key is fine', text: `{"${'k'.repeat(2000)}": 1}`, values: [{ ['k'.repeat(2000)]: 1 }] },
];
for (const { name, text, values } of texts) {
  test(`documents: ${name}`, () => {
    assert.deepEqual(read(text), values);
  });
}

/** Nine lines, each of which holds the one before nine times. */
const names = Array.from('abcdefghi');
const bomb = (first: string, line: (aliases: string) => string): string =>
  names.reduce(
    (text, name, index) =>
      `${text}${name}: &${name} ${line(
        Array(9)
          .fill(`*${names[index - 1] ?? 'z'}`)
          .join(', '),
      )}\n`,
    `z: &z ${first}\n`,
  );

const wrong: readonly { name: string; text: string; says: string | RegExp }[] = [
  {
    name: 'a colon too many',
    text: 'a: b: c',
    says: '1:4 is not YAML: no mapping can begin here; put text that holds ": " in quotes, or check the indentation',
  },
  { name: 'a tab', text: 'a:\n\tb: 1', says: '2:1 is not YAML: tabs are not allowed as indentation' },
  { name: 'a string without an end', text: 'a: 1\n---\nb: "x', says: /^3:6 is not YAML: missing closing "quote/ },
  { name: 'a flow mapping without an end', text: '{a: [1, 2', says: /^1:10 is not YAML: / },
  {
    name: 'a comma that JSON does not take',
    text: '{"a": 1 "b": 2}',
    says: '1:7 is not YAML: near here a comma, a closing bracket or a closing quote is missing',
  },
  { name: 'content behind the dashes', text: 'a: 1\n--- b\n', says: '2:6 nothing but a comment may stand behind ---' },
  {
    name: 'content after the end of a document',
    text: 'a: 1\n...\nb: 2',
    says: /^3:1 is not YAML as kubectl reads it: /,
  },
  { name: 'a key given twice', text: 'a:\n  b: 1\n  c: 2\n  b: 3', says: '4:3 the key "b" is given twice' },
  { name: 'keys that are the same text', text: 'true: 1\nyes: 2', says: '2:1 the key "true" is given twice' },
  { name: 'a key given twice in JSON', text: '{"a": 1,\n "a": 2}', says: '2:2 the key "a" is given twice' },
  { name: 'a key that is no text', text: '[a]: 1', says: '1:1 a key must be text, got ["a"]' },
  { name: 'a key that is a fraction', text: '1.5: a', says: '1:1 a key must be text, got 1.5: put it in quotes' },
  { name: 'a key that is null', text: 'a: 1\n~: b', says: '2:1 a key must be text, got null: put it in quotes' },
  { name: 'no number', text: 'a: .nan', says: '1:4 .nan is not a number that JSON can carry' },
  { name: 'a tag that lies', text: 'a: !!int five', says: '1:10 "five" is not what its tag !!int says' },
  {
    name: 'an alias without an anchor',
    text: 'a: *b\nc: &b 1',
    says: '1:4 the alias *b has no anchor &b before it in its document',
  },
  { name: 'an anchor of another document', text: 'a: &b 1\n---\nc: *b', says: /^3:4 the alias \*b has no anchor/ },
  { name: 'an anchor that contains itself', text: 'a: &x [*x]', says: '1:8 the anchor &x contains itself' },
  {
    name: 'a merge of text',
    text: 'a: &a text\nb:\n  <<: *a',
    says: '3:7 the merge key << takes a mapping or a list of mappings',
  },
  {
    name: 'aliases of aliases of aliases',
    text: bomb('lol', (aliases) => `[${aliases}]`),
    says: /the aliases stand for more than 100000 values/,
  },
  {
    name: 'merges of merges of merges',
    text: bomb('{}', (aliases) => `{<<: [${aliases}]}`),
    says: /the aliases stand for more than 100000 values/,
  },
  {
    name: 'deep nesting',
    text: `a: ${'['.repeat(600)}${']'.repeat(600)}`,
    says: /is nested more than 500 levels deep$/,
  },
  { name: 'deep nesting in JSON', text: `{"a": ${'['.repeat(2e4)}${']'.repeat(2e4)}}`, says: /is nested too deep$/ },
];
for (const { name, text, says } of wrong) {
  test(`documents: refused with its place: ${name}`, () => {
    const message = read(text).at(-1);
    assert.ok(typeof message === 'string', JSON.stringify(message));
    if (typeof says === 'string') assert.equal(message, says);
    else assert.match(message, says);
  });
}

test('documents: one that cannot be read does not hide the others', () => {
  assert.deepEqual(
    read('a: 1\n---\nb: [\n---\nc: 3\n').filter((value) => typeof value === 'object'),
    [{ a: 1 }, { c: 3 }],
  );
});

test('documents: each knows its number and its line, and items their own', () => {
  const text = '# top\na: 1\n---\n---\n\n# b\nb: 2\n---\nkind: List\nitems:\n- c: 3\n\n- d: 4\n';
  const places = parseDocuments(text, 'web.yaml').map((document) => `${placeOf(document)}, line ${document.line}`);
  assert.deepEqual(places, [
    'web.yaml: document 1, line 2',
    'web.yaml: document 3, line 7',
    'web.yaml: document 4, item 1, line 11',
    'web.yaml: document 4, item 2, line 13',
  ]);
});

test('documents: a key called __proto__ is a key', () => {
  const [value] = read(
    '__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}\n<<: {__proto__: {polluted: no}}',
  ) as [object];
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal('polluted' in value, false);
  assert.equal('polluted' in {}, false);
});

test('documents: whatever the text, it is read or refused, and nothing is thrown', () => {
  const pieces = fc.constantFrom(
    ...Array.from('-:#[]{},&*!|>\'"%@`?~<.=\\ \n\t\r0aby'),
    '---',
    '...',
    '<<',
    '!!',
    ': ',
    '- ',
    '\u{feff}',
    '\u2028',
  );
  const yamlish = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string(), fc.string({ unit: 'binary' })), (text) => {
      for (const document of parseDocuments(text, 'web.yaml')) {
        assert.ok(document.line >= 1);
        if (document.kind === 'document') JSON.stringify(document.value);
        else assert.ok(document.column >= 1 && document.message !== '');
      }
    }),
    { numRuns: 200 },
  );
});

test('documents: every JSON object is read as what it is, however it is indented', () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue({ depthSize: 'small' }));
  fc.assert(
    fc.property(fc.array(json, { maxLength: 3 }), fc.constantFrom(undefined, 2, '\t'), (values, indent) => {
      // A kind and items would make it a list.
      const objects = values.map((value) => ({ ...value, kind: 'Test' }));
      const text = objects.map((object) => JSON.stringify(object, null, indent)).join('\n');
      assert.deepEqual(read(text), JSON.parse(JSON.stringify(objects)));
    }),
    { numRuns: 100 },
  );
});
