/** How a page is run, and what is said of one that fails. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../control-plane/guard.ts';
import { parsePage } from './page.ts';
import { play } from './story.ts';

/** Runs a page of these lines, and returns what it wrote into its folder. */
async function played(lines: readonly string[], timeoutMs = 30_000): Promise<(file: string) => string | undefined> {
  await using directory = temporaryDirectory('elasticweb-test-');
  const cwd = directory.path;
  const env = { PATH: `${join(process.execPath, '..')}:${process.env.PATH ?? ''}` };
  await play(parsePage('docs/page.md', lines.join('\n')), { cwd, env, directory: cwd, timeoutMs });
  const files = new Map(
    ['out', 'a/web.yaml']
      .filter((file) => existsSync(join(cwd, file)))
      .map((file) => [file, readFileSync(join(cwd, file), 'utf8')]),
  );
  return (file) => files.get(file);
}

const bash = (...commands: string[]) => ['```bash', ...commands, '```'];
const shown = (...lines: string[]) => ['```console', ...lines, '```'];

test('a page is one session: blocks run from top to bottom, with files, variables and the folder of those before', async () => {
  const file = await played([
    ...['<!-- file: a/web.yaml -->', '```yaml', "name: '$shop'", '```'],
    ...bash('cd a', 'shop=book'),
    ...['<!-- first: cat web.yaml >../out -->', ...bash('echo "$shop" >>../out')],
    ...[
      '```ts',
      "import { appendFileSync } from 'node:fs';",
      "const what: string = 'typed';",
      "appendFileSync('../out', what);",
      '```',
    ],
  ]);
  assert.equal(file('a/web.yaml'), "name: '$shop'\n");
  assert.equal(file('out'), "name: '$shop'\nbook\ntyped");
});

test('what is not run is not run, and what is left running is ended', async () => {
  const file = await played([
    ...['<!-- not run: it would fail -->', ...bash('false')],
    ...['<!-- not run: nothing can follow -->', ...shown('$ exit 3')],
    ...bash('sleep 1000 &', 'touch out'),
  ]);
  assert.equal(file('out'), '');
});

test('a command may fail where the page shows what it prints', async () => {
  await played(
    shown(
      '$ ls /nowhere',
      "ls: cannot access '/nowhere': No such file or directory",
      '$ echo 1 && echo two',
      '2',
      'two',
    ),
  );
});

test('what a block of commands prints may be shown behind it', async () => {
  await played([...bash('echo one', 'echo two'), 'It says:', ...shown('two')]);
});

const failures = [
  {
    name: 'a command of a block that fails',
    lines: ['Text.', '', ...bash('true', 'echo so far | cat', 'ls /nowhere | cat', 'true')],
    message: /^docs\/page\.md:4: this failed \(code 2\)\n[^]*so far\nls: [^]*line 3 of the block ended with code 2/,
  },
  {
    name: 'a variable that nobody set',
    lines: bash('echo "$nothing"'),
    message: /^docs\/page\.md:2: this failed [^]*nothing: unbound variable/,
  },
  {
    name: 'a command without output shown that fails',
    lines: shown('$ true', '$ false', '$ true'),
    message: /^docs\/page\.md:3: this failed \(code 1\)\n\nfalse\n/,
  },
  {
    name: 'output that is not as shown',
    lines: shown('$ echo NAME READY', 'NAME STATUS'),
    message: /^docs\/page\.md:2: the page shows a line that was not printed:\n\nNAME STATUS\n[^]*NAME READY/,
  },
  {
    name: 'output behind a block that is not as shown',
    lines: [...bash('echo one'), ...shown('two')],
    message: /^docs\/page\.md:2: the page shows a line that was not printed:\n\ntwo\n/,
  },
  {
    name: 'a block that fails, whatever is shown behind it',
    lines: [...bash('echo one', 'false'), ...shown('one')],
    message: /^docs\/page\.md:2: this failed \(code 1\)/,
  },
  {
    name: 'output of nothing',
    lines: shown('one'),
    message: /^docs\/page\.md:1: output is shown of no commands/,
  },
  {
    name: 'a program that throws',
    lines: ['```ts', "throw new Error('no');", '```'],
    message: /^docs\/page\.md:1: this failed \(code 1\)[^]*Error: no/,
  },
  {
    name: 'commands that take too long',
    lines: bash('sleep 1000'),
    message: /^docs\/page\.md:2: this failed \(no end in 300 ms\)/,
    timeoutMs: 300,
  },
];
for (const { name, lines, message, timeoutMs } of failures) {
  test(`the line of the page, the command and the output are told of ${name}`, async () => {
    await assert.rejects(played(lines, timeoutMs), (error: Error) => {
      assert.match(error.message, message);
      return true;
    });
  });
}
