/** What `elasticweb` itself says: help, version, and what happens when a command line is not understood. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, runHere } from './command.ts';

const rows: readonly { args: readonly string[]; exitCode: number; stdout?: RegExp; stderr?: RegExp }[] = [
  { args: ['--help'], exitCode: 0, stdout: /^Usage: elasticweb .*\n {2}render .*\n {2}validate .*Examples:\n/s },
  {
    args: ['help', 'render'],
    exitCode: 0,
    stdout: /^Usage: elasticweb render .*--replicas <n>.*Exit codes: .*Examples:\n/s,
  },
  { args: ['validate', '-h'], exitCode: 0, stdout: /^Usage: elasticweb validate .*Exit codes: .*Examples:\n/s },
  {
    args: ['simulate', '-h'],
    exitCode: 0,
    stdout: /^Usage: elasticweb simulate .*--trace <file>.*Exit codes: .*Examples:\n/s,
  },
  { args: ['diff', '-h'], exitCode: 0, stdout: /^Usage: elasticweb diff .*--context.*Exit codes: .*Examples:\n/s },
  { args: ['syncer', '-h'], exitCode: 0, stdout: /^Usage: elasticweb syncer .*Exit codes: .*Examples:\n/s },
  { args: ['completion', '-h'], exitCode: 0, stdout: /^Usage: elasticweb completion .*Exit codes: .*Examples:\n/s },
  { args: ['status', '-h'], exitCode: 0, stdout: /^Usage: elasticweb status .*--watch.*Exit codes: .*Examples:\n/s },
  {
    args: ['simulate', '-f', '-'],
    exitCode: 2,
    stderr: /^error: required option '--trace <file>' not specified\n/,
  },
  { args: ['status', '--namespace', 'a b'], exitCode: 2, stderr: /Expected the name of a namespace, got 'a b'\./ },
  { args: ['status', '-n', 'a b'], exitCode: 2, stderr: /Expected the name of a namespace, got 'a b'\./ },
  { args: ['status', 'a b'], exitCode: 2, stderr: /Expected NAME or NAMESPACE\/NAME, got 'a b'\./ },
  { args: ['diff'], exitCode: 2, stderr: /^error: required option '-f, --filename <file...>' not specified\n/ },
  { args: ['diff', '-f', '-', '-f', '-'], exitCode: 2, stderr: /^error: -f - can be given only once/ },
  { args: ['status', '--namspace', 'a'], exitCode: 2, stderr: /\(Did you mean --namespace\?\)/ },
  {
    args: ['syncer', "--prometheus-password=s'3cret"],
    exitCode: 2,
    stderr: /^error: unknown option '--prometheus-password'\n(?!.*3cret)/s,
  },
  { args: [], exitCode: 2, stderr: /^Usage: elasticweb / },
  { args: ['rendr'], exitCode: 2, stderr: /^error: unknown command 'rendr'\n\(Did you mean render\?\)\n/ },
  { args: ['render'], exitCode: 2, stderr: /^error: required option '-f, --filename <file...>' not specified\n/ },
  { args: ['validate'], exitCode: 2, stderr: /^error: required option '-f, --filename <file...>' not specified\n/ },
  { args: ['validate', '-f'], exitCode: 2, stderr: /^error: option '-f, --filename <file...>' argument missing\n/ },
  {
    args: ['render', '-f', '-', '--replica', '1'],
    exitCode: 2,
    stderr: /^error: unknown option '--replica'\n.*--replicas/,
  },
  {
    args: ['render', '-f', '-', '-o', 'xml'],
    exitCode: 2,
    stderr: /^error: option '-o, .*' argument 'xml' is invalid\. .*yaml, json/,
  },
  ...['-1', '1.5', 'many', '', '1e3', '2147483648'].map((number) => ({
    args: ['render', '-f', '-', `--replicas=${number}`],
    exitCode: 2,
    stderr:
      /^error: option '--replicas <n>' argument '.*' is invalid\. It must be a whole number from 0 to 2147483647\.\n/,
  })),
  { args: ['render', '-f', '-', '-f', '-'], exitCode: 2, stderr: /^error: -f - can be given only once/ },
];
for (const { args, exitCode, stdout = /^$/, stderr = /^$/ } of rows) {
  test(`elasticweb ${args.join(' ')}: exit code ${exitCode}`, async () => {
    const outcome = await runHere(args);
    assert.match(outcome.stderr, stderr);
    assert.match(outcome.stdout, stdout);
    assert.equal(outcome.exitCode, exitCode);
  });
}

test('elasticweb --version: it is the version of the package', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.deepEqual(await runHere(['--version']), { exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

test('elasticweb: help fits a terminal of 80 columns', async () => {
  for (const args of [
    ['--help'],
    ...['render', 'validate', 'diff', 'simulate', 'status', 'syncer', 'completion'].map((command) => [
      command,
      '--help',
    ]),
  ]) {
    const { stdout } = await runHere(args);
    assert.deepEqual(
      // One word may be longer.
      stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' ')),
      [],
    );
  }
});
