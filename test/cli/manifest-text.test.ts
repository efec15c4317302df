/** Whether printed manifests are read back as what they are, and look as cdk8s prints them. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Yaml } from 'cdk8s';
import fc from 'fast-check';
import type { Manifest } from '../../src/construct/manifest.ts';
import { parseDocuments } from '../../src/cli/documents.ts';
import { stringifyManifests } from '../../src/cli/manifest-text.ts';
import { ROOT } from './command.ts';

function readBack(text: string): unknown[] {
  return parseDocuments(text, 'printed').map((document) => {
    assert.equal(document.kind, 'document', JSON.stringify([document, text]));
    return 'value' in document ? document.value : undefined;
  });
}

const manifestWith = (values: unknown): Manifest => ({
  apiVersion: 'v1',
  kind: 'Test',
  metadata: { name: 'test' },
  values,
});

test('printed manifests: what dist/ holds is printed byte for byte as cdk8s prints it', async () => {
  for (const name of ['install', 'crd', 'sample']) {
    const text = await readFile(join(ROOT, `dist/${name}.k8s.yaml`), 'utf8');
    const manifests = readBack(text) as Manifest[];
    assert.equal(stringifyManifests(manifests, 'yaml'), Yaml.stringify(...manifests));
  }
});

test('printed manifests: text that kubectl would take for something else is quoted', () => {
  const words = ['yes', 'off', '~', '', '1', '0o17', '0x1F', '1_000', '.5', '<<', '12:30', '2001-12-14', '- a', 'a: b'];
  const lines = stringifyManifests([manifestWith(words)], 'yaml')
    .split('\n')
    .filter((line) => line.startsWith('  - '));
  assert.deepEqual(
    lines,
    words.map((word) => `  - "${word}"`),
  );
});

// Seen with sigs.k8s.io/yaml 1.6.0: it refuses the first and the last without quotes, and drops the blanks of the second.
test('printed manifests: lines that the parser of kubectl misreads are written as one quoted line', () => {
  for (const text of ['\ta\nb', ' \n\n', 'a\u2028b', '\u007f']) {
    assert.match(stringifyManifests([manifestWith(text)], 'yaml'), /\nvalues: ".*"\n$/);
  }
});

test('printed manifests: any text, as a value or as a key, is read back as it was', () => {
  const piece = fc.constantFrom(
    '',
    ' ',
    '\n',
    '\t',
    '\r',
    '-',
    ': ',
    '#',
    '---',
    '"',
    "'",
    '\\',
    '<<',
    '|',
    '>',
    '\u0085',
    '\u2028',
    '\u007f',
    '\ufeff',
    '0o',
    '1',
    'e',
    'yes',
    '.',
    '&a',
    '*a',
    '!',
    '%',
    '😀',
  );
  const word = fc.oneof(
    fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
    fc.string(),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(
      fc.dictionary(word, fc.oneof(word, fc.array(word, { maxLength: 3 }), fc.jsonValue({ maxDepth: 1 }))),
      (values) => {
        const manifest = manifestWith(values);
        // As JSON, because JSON has no -0.
        assert.equal(
          JSON.stringify(readBack(stringifyManifests([manifest, manifest], 'yaml'))),
          JSON.stringify([manifest, manifest]),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test('printed manifests: as JSON they are the items of one List', () => {
  const manifests = [manifestWith(1), manifestWith(2)];
  const text = stringifyManifests(manifests, 'json');
  assert.deepEqual(JSON.parse(text), { apiVersion: 'v1', kind: 'List', items: manifests });
  assert.deepEqual(readBack(text), manifests);
});
