/** Whether shells complete command lines: the script for bash in the real bash, those for others where they are installed. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { runHere } from './command.ts';

const COMMANDS = ['render', 'validate', 'diff', 'simulate', 'status', 'syncer', 'completion', 'help'];

async function scriptFor(shell: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runHere(['completion', shell]);
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** Runs a program of a shell, in a directory. */
function run(shell: string, args: readonly string[], input: string, cwd?: string): string {
  const { status, stdout, stderr } = spawnSync(shell, args, { input, cwd, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

suite('bash', () => {
  const rows: readonly { words: readonly string[]; replies: readonly string[] }[] = [
    { words: [''], replies: ['-V', '--version', '-h', '--help', ...COMMANDS] },
    { words: ['s'], replies: ['simulate', 'status', 'syncer'] },
    { words: ['render', '--r'], replies: ['--replicas'] },
    { words: ['status', '-o', ''], replies: ['table', 'json', 'yaml'] },
    // Bash makes three words of it.
    { words: ['status', '--output', '=', 'j'], replies: ['json'] },
    { words: ['status', '--output', '='], replies: ['table', 'json', 'yaml'] },
    { words: ['completion', ''], replies: ['-h', '--help', 'bash', 'zsh', 'fish'] },
    { words: ['help', 're'], replies: ['render'] },
    { words: ['validate', '-f', 'w'], replies: ['web one.yaml', 'web.yaml'] },
    { words: ['validate', '-f', 'web.yaml', 'ot'], replies: ['other.yaml'] },
    { words: ['validate', '-f', 'web.yaml', '--o'], replies: ['--output'] },
    { words: ['diff', '--kubeconfig', '=', 'ot'], replies: ['other.yaml'] },
    { words: ['render', '--replicas', ''], replies: [] },
    { words: ['syncer', '--log-level', ''], replies: ['debug', 'info', 'warn', 'error'] },
    // A word that is also a command, in another's place.
    { words: ['status', 'render', '--w'], replies: ['--watch'] },
  ];
  for (const { words, replies } of rows) {
    test(`elasticweb ${words.join(' ')}<TAB>`, async (t) => {
      const directory = await mkdtemp(join(tmpdir(), 'elasticweb-completion-'));
      t.after(() => rm(directory, { recursive: true, force: true }));
      for (const file of ['web.yaml', 'web one.yaml', 'other.yaml']) await writeFile(join(directory, file), '');
      const line = ['elasticweb', ...words].map((word) => `'${word}'`);
      const program = `${await scriptFor('bash')}
        COMP_WORDS=(${line.join(' ')})
        COMP_CWORD=${line.length - 1}
        _elasticweb
        for reply in "\${COMPREPLY[@]}"; do printf '%s\\n' "$reply"; done`;
      const found = run('bash', ['--norc', '--noprofile'], program, directory).split('\n').slice(0, -1);
      assert.deepEqual([...found].sort(), [...replies].sort());
    });
  }

  test('the function is bound to the command', async () => {
    const bound = run('bash', ['--norc', '--noprofile'], `${await scriptFor('bash')}\ncomplete -p elasticweb`);
    assert.equal(bound, 'complete -F _elasticweb elasticweb\n');
  });
});

test('every flag that help shows is in every script', async () => {
  const scripts = await Promise.all(['bash', 'zsh', 'fish'].map(scriptFor));
  for (const command of COMMANDS.filter((name) => name !== 'help')) {
    const { stdout } = await runHere([command, '--help']);
    const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?--([a-z0-9-]+)/gm)].map(([, flag = '']) => flag);
    assert.ok(flags.length > 0, command);
    for (const [index, script] of scripts.entries()) {
      for (const flag of flags) assert.match(script, new RegExp(`(--|-l )${flag}\\b`), `${command} ${index}`);
    }
  }
});

test('zsh takes its script', { skip: !isInstalled('zsh') && 'zsh is not installed' }, async () => {
  const program = `autoload -Uz compinit; compinit -u -D\n${await scriptFor('zsh')}\nprint -r -- $_comps[elasticweb]`;
  assert.equal(run('zsh', ['-f'], program), '_elasticweb\n');
});

suite('fish', { skip: !isInstalled('fish') && 'fish is not installed' }, () => {
  const rows = [
    { line: 'elasticweb s', replies: ['simulate', 'status', 'syncer'] },
    { line: 'elasticweb status -o ', replies: ['json', 'table', 'yaml'] },
    { line: 'elasticweb render --rep', replies: ['--replicas'] },
    { line: 'elasticweb completion ', replies: ['bash', 'fish', 'zsh'] },
  ];
  for (const { line, replies } of rows) {
    test(`${line}<TAB>`, async () => {
      const program = `${await scriptFor('fish')}\ncomplete -C '${line}'`;
      const found = run('fish', ['--no-config', '-c', program], '').split('\n').slice(0, -1);
      assert.deepEqual(found.map((reply) => reply.split('\t')[0]).sort(), replies);
    });
  }
});

test('a shell that is not known is refused with those that are', async () => {
  const { exitCode, stderr } = await runHere(['completion', 'powershell']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^error: command-argument value 'powershell' is invalid.*Allowed choices are bash, zsh, fish\./);
});
