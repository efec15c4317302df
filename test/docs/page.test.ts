/** How a page is read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePage } from './page.ts';

const lines = (...text: string[]) => text.join('\n');

test('a page is its blocks, with what the comments before them say, its links and its anchors', () => {
  const page = parsePage(
    'docs/page.md',
    lines(
      '# Two `words`',
      '<!-- run with: syncer, package -->',
      '<!-- prettier-ignore -->',
      '<!-- file: web.yaml -->',
      '<!-- first: kubectl create namespace shop',
      'kubectl get ew -->',
      '',
      '```yaml',
      'a: 1',
      '```',
      '## Two words',
      '<a id="here"></a> See [there](other.md#there) and ![a picture](a.svg).',
      '',
      '- <!-- not run: it takes an hour -->',
      '  ```bash',
      '  true',
      '  ```',
    ),
  );
  assert.deepEqual(page.needs, ['syncer', 'package']);
  assert.deepEqual(page.blocks, [
    {
      line: 8,
      language: 'yaml',
      text: 'a: 1',
      file: 'web.yaml',
      first: { word: 'first', line: 5, value: 'kubectl create namespace shop\nkubectl get ew' },
      notRun: undefined,
    },
    { line: 15, language: 'bash', text: 'true', file: undefined, first: undefined, notRun: 'it takes an hour' },
  ]);
  assert.deepEqual(page.links, [
    { line: 12, url: 'other.md#there' },
    { line: 12, url: 'a.svg' },
  ]);
  assert.deepEqual([...page.anchors], ['two-words', 'two-words-1', 'here']);
});

const mistakes = [
  { name: 'a block that is not run for no reason', text: lines('<!-- not run -->', '```bash', 'true', '```'), line: 1 },
  { name: 'an empty reason', text: lines('', '<!-- not run: -->', '```bash', 'true', '```'), line: 2 },
  { name: 'a comment before no block', text: lines('<!-- not run: why -->', '', 'Text.'), line: 1 },
  { name: 'a comment at the end', text: lines('Text.', '', '<!-- file: a.yaml -->'), line: 3 },
  { name: 'two names', text: lines('<!-- file: a -->', '<!-- file: b -->', '```yaml', 'a: 1', '```'), line: 2 },
];
for (const { name, text, line } of mistakes) {
  test(`a page is refused with ${name}`, () => {
    assert.throws(() => parsePage('page.md', text), new RegExp(`^Error: page\\.md:${line}: `));
  });
}
