/** How a Go program is built: which Go, with which settings, how far it is, and what to say when it does not work. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { spawnGuarded } from './guard.ts';
import { clockTime, type Progress } from './progress.ts';

/** A Go program and how to build it: a folder with go.mod and go.sum of its own, and perhaps a main.go. */
export interface GoProgram {
  readonly name: string;
  readonly directory: string;
  /** Another file of the folder that takes the place of go.mod; beside it is its .sum. @default 'go.mod' */
  readonly modFile?: string;
  /** Import path of the main package; `.` for the folder itself. */
  readonly package: string;
  /** Flags of `go build`, such as -ldflags. */
  readonly flags: readonly string[];
  /** A cold build on two cores, for the first estimate. */
  readonly expectedMinutes: number;
}

/** The Go that builds a folder: what must be part of a cache key, since each gives another binary. */
export interface GoToolchain {
  readonly GOVERSION: string;
  readonly GOHOSTOS: string;
  readonly GOHOSTARCH: string;
}

/** No Go, or one too old. One sentence, with the ways out. */
export class NoGoError extends Error {
  constructor(wanted: string, found: string, options?: ErrorOptions) {
    super(
      `the control plane is built with Go ${wanted} or newer, but ${found}: install it from https://go.dev/dl, ` +
        'or for the demo use a cluster that you have with `npm run demo -- --context NAME`',
      options,
    );
    this.name = 'NoGoError';
  }
}

/**
 * Asks the Go on the PATH which version it builds this folder with (newer ones fetch what go.mod asks for).
 *
 * @throws NoGoError
 */
export async function findGo(directory: string): Promise<GoToolchain> {
  const wanted = /^go (\S+)/m.exec(readFileSync(join(directory, 'go.mod'), 'utf8'))?.[1] ?? '1';
  const answer = await runGo(['env', '-json', 'GOVERSION', 'GOHOSTOS', 'GOHOSTARCH'], { directory }).catch(
    (error: unknown) => {
      throw new NoGoError(wanted, 'there is no `go` on the PATH', { cause: error });
    },
  );
  if (answer.code !== 0) throw new NoGoError(wanted, `the one on the PATH says "${lastLines(answer.stderr, 1)}"`);
  const toolchain = JSON.parse(answer.stdout.join('\n')) as GoToolchain; // Written by Go itself.
  const version = /^go(\d\S*)/.exec(toolchain.GOVERSION)?.[1];
  if (version !== undefined && version.localeCompare(wanted, 'en', { numeric: true }) < 0) {
    throw new NoGoError(wanted, `the one on the PATH is ${version}`);
  }
  return toolchain;
}

/**
 * Builds the program into `output`. Go works in the folder of that, so whoever removes the folder has removed all.
 *
 * @throws Error with the last lines of Go's own output
 */
export async function buildGo(
  program: GoProgram,
  options: { readonly toolchain: GoToolchain; readonly output: string; readonly onProgress: Progress },
): Promise<void> {
  const { name, directory, modFile = 'go.mod', expectedMinutes } = program;
  const flags = [`-modfile=${modFile}`, ...program.flags];
  const { toolchain, output, onProgress } = options;
  const workIn = dirname(output);
  const startedMs = performance.now();
  let fetched = 0;
  let compiled = 0;
  let packages: number | undefined;
  const show = () => {
    const elapsedMs = performance.now() - startedMs;
    onProgress(`building ${name} once: ${describeBuild({ fetched, compiled, packages, elapsedMs, expectedMinutes })}`);
  };
  const timer = setInterval(show, 1_000);
  show();
  try {
    const onStderr = (line: string) => {
      if (line.startsWith('go: downloading ')) fetched += 1;
      else compiled += 1;
    };
    // Listing fetches the modules and says what Go has not compiled before; building then does that.
    const list = ['list', '-deps', '-f', '{{.Stale}}', ...flags, program.package];
    const listed = await runGo(list, { directory, toolchain, workIn, onStderr });
    if (listed.code !== 0) throw buildFailed(program, listed);
    packages = listed.stdout.filter((stale) => stale === 'true').length;
    compiled = 0;
    const build = ['build', '-v', ...flags, '-o', output, program.package];
    const built = await runGo(build, { directory, toolchain, workIn, onStderr });
    if (built.code !== 0) throw buildFailed(program, built);
  } finally {
    clearInterval(timer);
  }
}

/**
 * Has Go fetch a module that the go.mod of this folder requires, and returns where it is. Other modules of that go.mod are not fetched.
 *
 * @throws Error with Go's own words
 */
export async function downloadGoModule(
  module: string,
  { directory, toolchain }: { readonly directory: string; readonly toolchain: GoToolchain },
): Promise<string> {
  const { code, stdout, stderr } = await runGo(['mod', 'download', '-json', module], { directory, toolchain });
  // Of one that is not what go.sum says, Go tells in plain words only.
  const { Dir, Error: error } = (stdout.length > 0 ? JSON.parse(stdout.join('\n')) : {}) as GoModule;
  if (code !== 0 || Dir === undefined) {
    throw new Error(`Go module ${module} of ${directory} could not be had: ${error ?? lastLines(stderr, 20)}`);
  }
  return Dir;
}

/** What Go says of a module, as far as it is read here. */
interface GoModule {
  readonly Dir?: string;
  readonly Error?: string;
}

/** The state of a build in a few words, the time first: a narrow terminal cuts the end. Pure. */
export function describeBuild(state: {
  readonly fetched: number;
  readonly compiled: number;
  /** Those that have to be compiled; undefined until they are counted. */
  readonly packages: number | undefined;
  readonly elapsedMs: number;
  readonly expectedMinutes: number;
}): string {
  const { fetched, compiled, packages, elapsedMs, expectedMinutes } = state;
  const time = `${clockTime(elapsedMs)} so far`;
  if (packages === undefined) return `${time}, ~${expectedMinutes} min to go, ${fetched} modules fetched`;
  // The last one is the program itself: by now Go is putting it together.
  if (compiled >= packages - 1) return `${time}, linking`;
  // The first packages are small and say little; a rough number is what a waiting person wants.
  const share = compiled / packages;
  const leftMs = share > 0.2 ? (elapsedMs * (1 - share)) / share : expectedMinutes * 60_000 - elapsedMs;
  const minutes = Math.max(1, Math.ceil(leftMs / 60_000));
  return `${time}, ~${minutes} min to go, ${compiled}/${packages} packages`;
}

function buildFailed({ name, directory }: GoProgram, { code, stderr }: GoAnswer): Error {
  return new Error(`${name} could not be built in ${directory}: Go ended with code ${code}:\n${lastLines(stderr, 20)}`);
}

interface GoAnswer {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** @throws Error if there is no go on the PATH */
async function runGo(
  args: readonly string[],
  options: { directory: string; toolchain?: GoToolchain; workIn?: string; onStderr?: (line: string) => void },
): Promise<GoAnswer> {
  const { directory, toolchain, workIn, onStderr } = options;
  const child = spawnGuarded('go', args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // Settings that would change the result: static, for this machine, with exactly the modules in go.mod.
      CGO_ENABLED: '0',
      GOFLAGS: '-mod=readonly', // An empty one would bring back what `go env -w` has set.
      GOWORK: 'off',
      GO111MODULE: 'on',
      ...(toolchain && { GOOS: toolchain.GOHOSTOS, GOARCH: toolchain.GOHOSTARCH }),
      ...(workIn && { GOTMPDIR: workIn }),
    },
  });
  await once(child, 'spawn');
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([linesOf(child.stdout), linesOf(child.stderr, onStderr)]);
  await ended;
  return { code: child.exitCode ?? 1, stdout, stderr };
}

async function linesOf(stream: Readable | null, onLine?: (line: string) => void): Promise<string[]> {
  const lines: string[] = [];
  if (stream === null) return lines;
  for await (const line of createInterface({ input: stream })) {
    lines.push(line);
    onLine?.(line);
  }
  return lines;
}

function lastLines(lines: readonly string[], count: number): string {
  return lines.slice(-count).join('\n');
}
