/** Which programs a control plane needs, built once. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { takeBuildLock } from './build-lock.ts';
import { buildGo, findGo, type GoProgram, type GoToolchain } from './go.ts';
import { temporaryDirectory } from './guard.ts';
import { nowAndThen, updatingLine, clockTime, type Progress } from './progress.ts';

export interface BinariesOptions {
  /** Takes a plain line now and then while something is built; default: the terminal, as an updating line where it can. */
  readonly onProgress?: (line: string) => void;
}

/**
 * kubernetes is etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl: its first argument says which.
 * previous-kubernetes is the same of the minor version before. lua runs a script as Argo CD does.
 */
export type BinaryName = KubernetesName | 'kwok' | 'prometheus' | 'promtool' | 'lua';
export type KubernetesName = 'kubernetes' | 'previous-kubernetes';

const sources = join(import.meta.dirname, 'binaries');

/** Static targets, files and Kubernetes remain; the clouds' discovery is most of the build. promtool has that of Kubernetes anyway. */
const prometheusFlags = ['-trimpath', '-buildvcs=false', '-tags=remove_all_sd,enable_kubernetes_sd', '-ldflags=-s -w'];

const programs: Record<BinaryName, GoProgram> = {
  kubernetes: kubernetes('go.mod'),
  'previous-kubernetes': kubernetes('previous.mod'),
  kwok: {
    name: 'KWOK',
    directory: join(sources, 'kwok'),
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    flags: ['-trimpath', '-buildvcs=false', '-ldflags=-s -w'],
    expectedMinutes: 2,
  },
  prometheus: {
    name: 'Prometheus',
    directory: join(sources, 'prometheus'),
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    flags: prometheusFlags,
    expectedMinutes: 3,
  },
  promtool: {
    name: 'promtool',
    directory: join(sources, 'prometheus'),
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    flags: prometheusFlags,
    // After Prometheus, of which it shares nearly all.
    expectedMinutes: 1,
  },
  lua: {
    name: 'Lua',
    directory: join(sources, 'lua'),
    package: '.',
    flags: ['-trimpath', '-buildvcs=false', '-ldflags=-s -w'],
    expectedMinutes: 1,
  },
};

/**
 * The paths of these programs, built with the machine's Go where the cache does not have them yet. Safe when two processes
 * ask at once: one builds, the other waits.
 *
 * @throws NoGoError if there is no Go or one too old; Error with the end of Go's output if a build fails
 */
export async function ensureBinaries<Name extends BinaryName>(
  names: readonly Name[],
  options: BinariesOptions = {},
): Promise<Record<Name, string>> {
  const paths: [Name, string][] = [];
  // One after the other: a build uses every core, and a linker 3 GB.
  for (const name of names) paths.push([name, await ensureBinary(name, programs[name], options)]);
  return Object.fromEntries(paths) as Record<Name, string>;
}

/** One binary of the cache: there already, or built now. `ensureBinaries` for a program of any folder. */
export async function ensureBinary(name: string, program: GoProgram, options: BinariesOptions = {}): Promise<string> {
  const toolchain = await findGo(program.directory);
  const cache = cacheDirectory();
  const path = join(cache, `${name}-${await cacheKey(program, toolchain)}`);
  if (await markUsed(path)) return path;

  await mkdir(cache, { recursive: true });
  const terminal = options.onProgress === undefined && process.stderr.isTTY ? updatingLine(process.stderr) : undefined;
  const print = options.onProgress ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const show = terminal?.show ?? nowAndThen(print);
  try {
    await using lock = await takeBuildLock(`${path}.lock`, (line) => show(`another process is ${line || 'at it'}`));
    if (await markUsed(path)) return path;
    const startedMs = performance.now();
    const report: Progress = (line) => {
      show(line);
      lock.report(line);
    };
    await buildInto(path, program, toolchain, report);
    (terminal?.show ?? print)(`built ${program.name} in ${clockTime(performance.now() - startedMs)}, kept in ${cache}`);
  } finally {
    terminal?.end();
  }
  await removeUnused(cache);
  return path;
}

/** Where binaries are kept: outside the repository, so that a second clone finds them too. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const { ELASTICWEB_CACHE_DIR: own, XDG_CACHE_HOME: base } = env;
  // An empty variable counts as one that is not set.
  if (own) return resolve(own);
  const caches = base === undefined || base === '' ? join(homedir(), '.cache') : base;
  return resolve(caches, 'elasticweb', 'control-plane');
}

/** Builds beside the final name and renames: a name in the cache is always a whole binary. */
async function buildInto(
  path: string,
  program: GoProgram,
  toolchain: GoToolchain,
  onProgress: Progress,
): Promise<void> {
  await using workshop = temporaryDirectory(`${basename(path)}.building-`, dirname(path));
  const output = join(workshop.path, 'binary');
  await buildGo(program, { toolchain, output, onProgress });
  await rename(output, path);
}

/** A hash of all that decides the binary's bytes. */
async function cacheKey(program: GoProgram, toolchain: GoToolchain): Promise<string> {
  const { directory, modFile = 'go.mod', flags } = program;
  const modules = new Set([modFile, modFile.replace(/mod$/, 'sum')]);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([program.package, flags, toolchain]));
  for (const file of (await readdir(directory)).sort()) {
    if (modules.has(file) || file.endsWith('.go')) hash.update(file).update(readFileSync(join(directory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Whether the binary is there; its time of last use is what `removeUnused` goes by. */
async function markUsed(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const now = new Date();
  await utimes(path, now, now);
  return true;
}

/** Forgets what no checkout has asked for in 30 days, and what a killed build left behind. Other files are not ours. */
async function removeUnused(cache: string): Promise<void> {
  const oldestMs = Date.now() - 30 * 24 * 3600 * 1000;
  for (const file of await readdir(cache)) {
    if (!/-[0-9a-f]{16}(\.lock|\.building-\w+)?$/.test(file)) continue;
    const path = join(cache, file);
    const { mtimeMs } = await stat(path);
    if (mtimeMs < oldestMs) await rm(path, { recursive: true, force: true });
  }
}

/** The Kubernetes of the version that is in this file. */
function kubernetes(modFile: string): GoProgram {
  const directory = join(sources, 'kubernetes');
  const required = readFileSync(join(directory, modFile), 'utf8');
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(required)?.[1] ?? 'v0.0.0';
  return {
    name: `Kubernetes ${version}`,
    directory,
    modFile,
    package: '.',
    flags: ['-trimpath', '-buildvcs=false', `-ldflags=-s -w ${versionFlags(version)}`],
    expectedMinutes: 10,
  };
}

/** Without these the components call themselves v0.0.0 and refuse each other. */
function versionFlags(version: string): string {
  const [major = '', minor = ''] = version.slice(1).split('.');
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
    .flatMap((to) => [`${to}.gitVersion=${version}`, `${to}.gitMajor=${major}`, `${to}.gitMinor=${minor}`])
    .map((setting) => `-X ${setting}`)
    .join(' ');
}
