/** What the process does around a command: exit codes, streams, the environment, and what it loads. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { BASIC, BIN, elasticWeb, METRICS, ROOT, runHere, runProcess } from './command.ts';

// Each test waits for processes of its own, so they can wait together.
describe('the process', { concurrency: true }, () => {
  test('it prints and exits as the command says', async () => {
    const [rendered, invalid, usage] = await Promise.all([
      runProcess(['render', '-f', METRICS]),
      runProcess(['validate', '-f', '-'], { stdin: elasticWeb({ port: 0 }) }),
      runProcess(['validate']),
    ]);
    assert.deepEqual(rendered, await runHere(['render', '-f', METRICS]));
    assert.deepEqual(invalid, await runHere(['validate', '-f', '-'], { stdin: elasticWeb({ port: 0 }) }));
    assert.deepEqual(usage, await runHere(['validate']));
    assert.deepEqual([rendered.exitCode, invalid.exitCode, usage.exitCode], [0, 1, 2]);
  });

  test('files can be named in the environment, with commas, and flags come before it', async () => {
    const env = { ELASTICWEB_FILENAME: `${BASIC},${METRICS}` };
    const [fromEnv, fromFlag] = await Promise.all([
      runProcess(['validate'], { env }),
      runProcess(['validate', '-f', METRICS], { env }),
    ]);
    assert.match(fromEnv.stdout, /\n2 ElasticWebs: 2 valid, 0 invalid\n$/);
    assert.match(fromFlag.stdout, /\n1 ElasticWeb: 1 valid, 0 invalid\n$/);
  });

  test('a reader that goes away ends it quietly, as SIGPIPE would', async () => {
    const child = spawn(process.execPath, [BIN, 'render', '-f', METRICS], { cwd: ROOT });
    child.stdout.destroy();
    const [stderr, exit] = await Promise.all([text(child.stderr), once(child, 'close')]);
    assert.deepEqual({ stderr, exit }, { stderr: '', exit: [141, null] });
  });

  const full = '/dev/full';
  test(
    'output that cannot be written is trouble to diff, to which 1 means a difference',
    { skip: !existsSync(full) },
    async () => {
      const codes = ['diff', 'render'].map(async (command) => {
        await using file = await open(full, 'w');
        const child = spawn(process.execPath, [BIN, command, '--help'], {
          cwd: ROOT,
          stdio: ['ignore', file.fd, 'pipe'],
        });
        assert.ok(child.stderr);
        const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>]);
        assert.match(stderr, /^elasticweb: the output could not be written: ENOSPC/);
        return code;
      });
      assert.deepEqual(await Promise.all(codes), [2, 1]);
    },
  );

  test('an error that nobody expected is one sentence, with a stack trace only on demand', async () => {
    const bug = 'Buffer.concat = () => { throw new TypeError("oops") }';
    const nodeArgs = ['--import', moduleOf(bug)];
    const args = ['validate', '-f', METRICS];
    const [plain, debug] = await Promise.all([
      runProcess(args, { nodeArgs, env: { ELASTICWEB_DEBUG: '' } }),
      runProcess(args, { nodeArgs, env: { ELASTICWEB_DEBUG: '1' } }),
    ]);
    assert.deepEqual(plain, {
      exitCode: 70,
      stdout: '',
      stderr: 'elasticweb: unexpected error: oops (this is a bug in elasticweb); ELASTICWEB_DEBUG=1 shows where\n',
    });
    assert.equal(debug.exitCode, 70);
    assert.match(debug.stderr, /^elasticweb: unexpected error: oops \(.*\)\nTypeError: oops\n +at .*sources\.ts/s);
  });

  for (const version of ['20.20.2', '22.18.0']) {
    test(`Node ${version} is too old, and gets one sentence`, async () => {
      const old =
        `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });` +
        `Object.defineProperty(process, 'version', { value: 'v${version}' });`;
      const { exitCode, stdout, stderr } = await runProcess(['--version'], { nodeArgs: ['--import', moduleOf(old)] });
      assert.match(stderr, new RegExp(`^elasticweb needs Node 22\\.19 or newer and this is v${version}: .*\\n$`));
      assert.deepEqual([exitCode, stdout], [1, '']);
    });
  }

  test('help loads no parser, no cdk8s and no Kubernetes client', async () => {
    const commands = [[], ['syncer'], ['simulate'], ['status']];
    for (const loaded of await Promise.all(commands.map((command) => loadedBy([...command, '--help'])))) {
      assert.deepEqual(loaded, ['commander']);
    }
  });

  test('simulate loads the parsers of its files, and no Kubernetes client', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'elasticweb-bin-'));
    const [web, trace] = [join(directory, 'web.json'), join(directory, 'trace.csv')];
    await writeFile(web, elasticWeb({ autoscaling: { maxReplicas: 2 } }));
    await writeFile(trace, 'seconds,qps\n0,1\n');
    assert.deepEqual(await loadedBy(['simulate', '-f', web, '--trace', trace]), ['commander', 'csv-parse', 'yaml']);
    await rm(directory, { recursive: true });
  });

  test('render loads no Kubernetes client', async () => {
    const packages = await loadedBy(['render', '-f', METRICS]);
    const needed = ['cdk8s', 'commander', 'constructs', 'fast-json-patch', 'follow-redirects', 'yaml'];
    assert.deepEqual(
      packages.filter((name) => !needed.includes(name)),
      [],
    );
  });
});

/** The packages that a command loads. */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const spy = `import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => { process.stderr.write('LOADED ' + url + '\\n'); return next(url, context); } });`;
  const { exitCode, stderr } = await runProcess(args, { nodeArgs: ['--import', moduleOf(spy)] });
  assert.equal(exitCode, 0, stderr);
  const names = stderr.matchAll(/^LOADED file:.*\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm);
  return [...new Set([...names].map(([, name = '']) => name))].sort();
}

/** A module of that source, as `--import` takes it. */
const moduleOf = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
