import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { cacheDirectory, ensureBinaries, ensureBinary } from './binaries.ts';
import { changeEnvironment } from './environment.ts';
import { eventually } from './eventually.ts';
import { describeBuild, NoGoError, type GoProgram } from './go.ts';
import { temporaryDirectory } from './guard.ts';

let owned: AsyncDisposableStack;
let directory: string;
let program: GoProgram;

beforeEach(() => {
  owned = new AsyncDisposableStack();
  directory = owned.use(temporaryDirectory('elasticweb-test-')).path;
  setVariables({ ELASTICWEB_CACHE_DIR: join(directory, 'cache') });
  program = goProgram('package main\n\nfunc main() { println("hello") }\n');
});

afterEach(async () => {
  await owned.disposeAsync();
});

test('a program is built once: the second time nothing is built and nothing is said', async () => {
  const { lines, onProgress } = listener();
  const first = await ensureBinary('hello', program, { onProgress });
  assert.match(lines.at(-1) ?? '', /^built hello in 0:\d\d, kept in /);
  const builtLines = lines.length;

  assert.equal(await ensureBinary('hello', program, { onProgress }), first);
  assert.equal(lines.length, builtLines);
  assert.deepEqual(readdirSync(cacheDirectory()), [basename(first)]);
  execFileSync(first, { stdio: 'pipe' });
});

test('a changed source or another flag is another binary', async () => {
  const quiet = { onProgress: () => undefined };
  const first = await ensureBinary('hello', program, quiet);
  const flagged = await ensureBinary('hello', { ...program, flags: ['-trimpath', '-ldflags=-s'] }, quiet);
  writeFileSync(join(program.directory, 'main.go'), 'package main\n\nfunc main() {}\n');
  const changed = await ensureBinary('hello', program, quiet);
  assert.equal(new Set([first, flagged, changed]).size, 3);
});

test('a file that takes the place of go.mod counts for what is built with it, and for nothing else', async () => {
  const quiet = { onProgress: () => undefined };
  const write = (text: string) => writeFileSync(join(program.directory, 'previous.mod'), text);
  write('module example.com/previous\n\ngo 1.26\n');
  const previous = { ...program, modFile: 'previous.mod' };
  const [own, other] = [await ensureBinary('hello', program, quiet), await ensureBinary('hello', previous, quiet)];
  assert.match(execFileSync('go', ['version', '-m', other], { encoding: 'utf8' }), /path\s+example\.com\/previous/);
  write('module example.com/changed\n\ngo 1.26\n');
  assert.equal(await ensureBinary('hello', program, quiet), own);
  assert.notEqual(await ensureBinary('hello', previous, quiet), other);
});

test('the cache may be named relative to where one stands', async () => {
  setVariables({ ELASTICWEB_CACHE_DIR: relative(process.cwd(), join(directory, 'cache')) });
  assert.ok(existsSync(await ensureBinary('hello', program, { onProgress: () => undefined })));
});

test('two that ask at once share one build', async () => {
  const { lines, onProgress } = listener();
  const ask = () => ensureBinary('hello', program, { onProgress });
  const [one, other] = await Promise.all([ask(), ask()]);
  assert.equal(one, other);
  assert.equal(lines.filter((line) => line.startsWith('built ')).length, 1);
});

test('who waits for another build is told how far it is', async () => {
  const lock = await lockFile();
  writeFileSync(lock, 'building hello once: 0:02 so far, ~1 min to go, 3/7 packages');
  const { lines, onProgress } = listener();
  const waiting = ensureBinary('hello', program, { onProgress });
  await eventually(
    () => lines.includes('another process is building hello once: 0:02 so far, ~1 min to go, 3/7 packages'),
    {
      timeoutMs: 5_000,
    },
  );
  utimesSync(lock, 0, 0);
  await waiting;
});

test('the lock of a holder that died does not block', async () => {
  const lock = await lockFile();
  writeFileSync(lock, '');
  utimesSync(lock, 0, 0);
  assert.ok(existsSync(await ensureBinary('hello', program, { onProgress: () => undefined })));
  assert.ok(!existsSync(lock));
});

test('GOFLAGS, GOOS and a go.work around the repository do not reach the build', async () => {
  setVariables({ GOFLAGS: '-mod=vendor -nonsense', GOOS: 'plan9', GOARCH: 'mips' });
  writeFileSync(join(directory, 'go.work'), 'this is no workspace\n');
  const binary = await ensureBinary('hello', program, { onProgress: () => undefined });
  execFileSync(binary, { stdio: 'pipe' });
});

test('a failing build leaves nothing behind and shows the end of what Go said', async () => {
  writeFileSync(join(program.directory, 'main.go'), 'package main\n\nfunc main() { undefinedName() }\n');
  await assert.rejects(
    ensureBinary('hello', program, { onProgress: () => undefined }),
    /^Error: hello could not be built in .*: Go ended with code 1:\n.*undefined: undefinedName/s,
  );
  assert.deepEqual(readdirSync(cacheDirectory()), []);
});

test('a build that is killed leaves neither a lock nor half a binary', async () => {
  fakeGo('[ "$1" = build ] && exec sleep 600; [ "$1" = list ] || exec echo \'{"GOVERSION":"go1.99.0"}\'');
  const script = `
    import { ensureBinaries } from '${import.meta.dirname}/binaries.ts';
    await ensureBinaries(['kwok']);
  `;
  const builder = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
  const cached = () => (existsSync(cacheDirectory()) ? readdirSync(cacheDirectory()) : []);
  await eventually(() => cached().length === 2, { timeoutMs: 10_000, what: 'the lock and the folder of the build' });
  builder.kill('SIGKILL');
  await eventually(() => cached().length === 0, { timeoutMs: 10_000, what: 'an empty cache' });
});

test('without Go on the PATH one sentence says what is missing and the ways out', async () => {
  setVariables({ PATH: directory });
  await assert.rejects(ensureBinaries(['kubernetes']), {
    name: 'NoGoError',
    message:
      'the control plane is built with Go 1.26.0 or newer, but there is no `go` on the PATH: install it from ' +
      'https://go.dev/dl, or for the demo use a cluster that you have with `npm run demo -- --context NAME`',
  });
});

test('a Go that is too old is the same sentence, with its version', async () => {
  fakeGo('echo \'{"GOVERSION":"go1.19.8","GOHOSTOS":"linux","GOHOSTARCH":"amd64"}\'');
  await assert.rejects(
    ensureBinaries(['kubernetes']),
    /with Go 1\.26\.0 or newer, but the one on the PATH is 1\.19\.8: /,
  );
});

test('a Go that cannot fetch the newer one it needs is the same sentence, with its words', async () => {
  fakeGo('echo "go: download go1.26.0 for linux/amd64: toolchain not available" >&2; exit 1');
  await assert.rejects(ensureBinaries(['kubernetes']), (error) => {
    assert.ok(error instanceof NoGoError);
    assert.match(error.message, /but the one on the PATH says "go: download go1\.26\.0 .* not available": install/);
    return true;
  });
});

test('a build forgets binaries that nobody asked for in 30 days, and no other file', async () => {
  const cache = cacheDirectory();
  mkdirSync(cache, { recursive: true });
  const daysAgo = (file: string, days: number) => {
    writeFileSync(join(cache, file), '');
    utimesSync(join(cache, file), new Date(), new Date(Date.now() - days * 24 * 3600 * 1000));
  };
  daysAgo('kwok-0123456789abcdef', 31);
  daysAgo('kwok-0123456789abcdef.building-42', 31);
  daysAgo('kwok-fedcba9876543210', 29);
  daysAgo('thesis.odt', 400);
  const binary = await ensureBinary('hello', program, { onProgress: () => undefined });
  assert.deepEqual(readdirSync(cache).sort(), [basename(binary), 'kwok-fedcba9876543210', 'thesis.odt'].sort());
});

test('using a binary keeps it from being forgotten', async () => {
  const quiet = { onProgress: () => undefined };
  const binary = await ensureBinary('hello', program, quiet);
  utimesSync(binary, 0, 0);
  await ensureBinary('hello', program, quiet);
  await ensureBinary('hello', { ...program, flags: ['-trimpath', '-ldflags=-s'] }, quiet);
  assert.ok(existsSync(binary));
});

const builds = [
  { compiled: 0, packages: undefined, seconds: 5, says: '0:05 so far, ~10 min to go, 7 modules fetched' },
  { compiled: 50, packages: 1000, seconds: 60, says: '1:00 so far, ~9 min to go, 50/1000 packages' },
  { compiled: 500, packages: 1000, seconds: 120, says: '2:00 so far, ~2 min to go, 500/1000 packages' },
  { compiled: 999, packages: 1000, seconds: 250, says: '4:10 so far, linking' },
  { compiled: 0, packages: 0, seconds: 1, says: '0:01 so far, linking' },
];

for (const { compiled, packages, seconds, says } of builds) {
  test(`a build describes itself: ${says}`, () => {
    const state = { fetched: 7, compiled, packages, elapsedMs: seconds * 1000, expectedMinutes: 10 };
    assert.equal(describeBuild(state), says);
  });
}

function goProgram(main: string): GoProgram {
  const folder = join(directory, 'hello');
  mkdirSync(folder);
  writeFileSync(join(folder, 'go.mod'), 'module example.com/hello\n\ngo 1.26\n');
  writeFileSync(join(folder, 'main.go'), main);
  return { name: 'hello', directory: folder, package: '.', flags: ['-trimpath'], expectedMinutes: 1 };
}

/** Sets variables until the test is over. */
function setVariables(variables: Record<string, string>): void {
  owned.use(changeEnvironment(variables));
}

function listener() {
  const lines: string[] = [];
  return { lines, onProgress: (line: string) => void lines.push(line) };
}

/** The path of the lock that a build of `program` takes. */
async function lockFile(): Promise<string> {
  setVariables({ ELASTICWEB_CACHE_DIR: join(directory, 'probe') });
  const name = basename(await ensureBinary('hello', program, { onProgress: () => undefined }));
  setVariables({ ELASTICWEB_CACHE_DIR: join(directory, 'cache') });
  mkdirSync(cacheDirectory());
  return join(cacheDirectory(), `${name}.lock`);
}

/** Puts a shell script in the place of Go. */
function fakeGo(script: string): void {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'go'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  setVariables({ PATH: `${bin}:${process.env.PATH ?? ''}` });
}
