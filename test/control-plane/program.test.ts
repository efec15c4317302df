import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, test } from 'node:test';
import { eventually } from './eventually.ts';
import { temporaryDirectory } from './guard.ts';
import { isRunning } from './processes.ts';
import { Program } from './program.ts';

let owned: AsyncDisposableStack;
let logFile: string;

beforeEach(() => {
  owned = new AsyncDisposableStack();
  logFile = join(owned.use(temporaryDirectory('elasticweb-test-')).path, 'program.log');
});

afterEach(() => owned.disposeAsync());

async function start(script: string): Promise<Program> {
  const program = await Program.start({ name: 'sample', file: '/bin/sh', args: ['-c', script], logFile });
  owned.defer(() => program.stop({ graceMs: 0 }));
  return program;
}

/** Waits until the program has written this to its log. */
async function logged(program: Program, words: string): Promise<void> {
  await program.until(`"${words}"`, () => readFileSync(logFile, 'utf8').includes(words), 5_000);
}

test('what a program writes is in its log', async () => {
  const program = await start('echo to stdout; echo to stderr >&2; exec sleep 60');
  await logged(program, 'to stdout\nto stderr\n');
});

test('a program that ends before it is ready is seen at once, with the end of its log', async () => {
  const program = await start('for i in $(seq 30); do echo "line $i"; done; exit 3');
  await assert.rejects(
    program.until('being ready', () => false, 60_000),
    ({ message }: Error) => {
      assert.match(message, /^sample: ended with code 3 while waiting for being ready; the end of its log:\nline 11\n/);
      assert.match(message, /\nline 30$/);
      return true;
    },
  );
});

test('a program that is not ready in time is an error with the end of its log', async () => {
  const program = await start('echo starting; exec sleep 60');
  await logged(program, 'starting');
  await assert.rejects(
    program.until('being ready', () => assert.fail('connection refused'), 30),
    /^ProgramError: sample: gave up waiting for being ready after 30 ms: connection refused; the end of its log:\nstarting$/,
  );
});

test('a file that cannot be executed is an error that names it', async () => {
  const none = Program.start({ name: 'sample', file: '/nonexistent/sample', args: [], logFile });
  await assert.rejects(none, { message: 'could not start sample (/nonexistent/sample)' });
});

test('stop lets the program finish its work', async () => {
  const program = await start('trap "echo finished; exit 0" TERM; echo started; while :; do sleep 0.01; done');
  await logged(program, 'started');
  await program.stop({ graceMs: 60_000 });
  assert.match(readFileSync(logFile, 'utf8'), /finished/);
  assert.ok(!isRunning(program.pid));
});

test('stop insists after the grace period, and is done when the program is gone', async () => {
  const program = await start('trap "" TERM; echo started; while :; do sleep 0.01; done');
  await logged(program, 'started');
  await program.stop({ graceMs: 20 });
  assert.ok(!isRunning(program.pid));
  await program.stop({ graceMs: 20 });
});

const endings = [
  { name: 'returns', code: '', endsBy: undefined },
  { name: 'throws', code: 'throw new Error("on purpose")', endsBy: undefined },
  { name: 'exits', code: 'process.exit(3)', endsBy: undefined },
  { name: 'is interrupted', code: 'setInterval(() => {}, 1000)', endsBy: 'SIGINT' },
  { name: 'is asked to end', code: 'setInterval(() => {}, 1000)', endsBy: 'SIGTERM' },
  { name: 'is killed', code: 'setInterval(() => {}, 1000)', endsBy: 'SIGKILL' },
] as const;

for (const { name, code, endsBy } of endings) {
  test(`when a process ${name}, its programs and their children end, and its directory goes`, async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', `${startsAProgram}\n${code}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    owned.defer(() => void parent.kill('SIGKILL'));
    const said = text(parent.stdout);
    if (endsBy) {
      await once(parent.stdout, 'readable');
      parent.kill(endsBy);
    }
    const { directory, pids } = JSON.parse(await said) as { directory: string; pids: number[] };
    assert.equal(pids.length, 2);
    await eventually(() => !pids.some(isRunning), { timeoutMs: 10_000, what: `the end of ${pids.join(' and ')}` });
    await eventually(() => !existsSync(directory), { timeoutMs: 10_000, what: `the removal of ${directory}` });
  });
}

/** A process that starts a stubborn program with a child of its own, and says which. */
const startsAProgram = `
  import { readFileSync } from 'node:fs';
  import { temporaryDirectory } from '${import.meta.dirname}/guard.ts';
  import { Program } from '${import.meta.dirname}/program.ts';
  const directory = temporaryDirectory('elasticweb-test-').path;
  const logFile = directory + '/program.log';
  const script = 'trap "" TERM INT HUP; sleep 600 & echo $!; wait';
  const program = await Program.start({ name: 'sample', file: '/bin/sh', args: ['-c', script], logFile });
  const child = await program.until('its child', () => Number(readFileSync(logFile, 'utf8')) || false, 5000);
  process.stdout.write(JSON.stringify({ directory, pids: [program.pid, child] }));
`;
