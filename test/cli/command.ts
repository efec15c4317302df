/** How tests run `elasticweb`: inside their own process, or as a process of its own. */

import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../src/cli/program.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const BIN = join(ROOT, 'src/cli/bin.ts');
/** The two custom resources of the requirements, as they stand there. */
export const BASIC = join(ROOT, 'test/fixtures/requirements-basic.yaml');
export const METRICS = join(ROOT, 'test/fixtures/requirements-metrics.yaml');

/** What a command left behind. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command in this process gets to see. */
export interface World {
  readonly stdin?: string | Uint8Array;
  /** The files that exist, by name; without it the real ones. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Where files go that are written, by name; without it they go nowhere. */
  readonly written?: Map<string, string>;
}

/** Runs a command in this process. Errors that nobody expected are thrown. */
export async function runHere(
  args: readonly string[],
  { stdin = '', files, env = {}, written }: World = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const exitCode = await run(args, {
    stdout: { write: (chunk) => (stdout += chunk) },
    stderr: { write: (chunk) => (stderr += chunk) },
    stdin: chunksOf(stdin),
    env,
    readFile: (path) => (files === undefined ? createReadStream(path) : chunksOf(files[path] ?? missing(path))),
    writeFile: (path, content) => Promise.resolve(void written?.set(path, [...content].join(''))),
  });
  return { exitCode, stdout, stderr };
}

/** Runs a command as a process of its own. */
export async function runProcess(
  args: readonly string[],
  { stdin = '', env = {}, nodeArgs = [] }: World & { readonly nodeArgs?: readonly string[] } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [...nodeArgs, BIN, ...args], { cwd: ROOT, env: { ...process.env, ...env } });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  // A command that does not read its input closes it.
  child.stdin.on('error', () => undefined).end(stdin);
  const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** An ElasticWeb with nothing but what it needs, and what is given. */
export function elasticWeb(spec: object = {}, metadata: object = {}): string {
  return JSON.stringify({
    apiVersion: 'elasticweb.example.com/v1',
    kind: 'ElasticWeb',
    metadata: { name: 'shop', ...metadata },
    spec: { image: 'nginx', port: 80, podPort: 8080, singlePodQPS: 100, ...spec },
  });
}

function chunksOf(content: string | Uint8Array): AsyncIterable<Uint8Array> {
  return Readable.from([typeof content === 'string' ? Buffer.from(content) : content]);
}

function missing(path: string): never {
  throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
}
