/** How nothing of ours outlives this process, whichever way it ends: no child, no temporary file. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

/**
 * A small shell in a process group of its own that reads from a pipe of ours. However we end - return, exception, Ctrl-C, SIGKILL -
 * the kernel closes the pipe; the shell then kills what was still running and removes our temporary files.
 * Nothing that it kills has anything worth saving, so it does not ask twice.
 */
const script = `
while read -r line; do
  case $line in
    reset) set -- ;;
    'remove '*) set -- "$@" "\${line#remove }" ;;
    'running '*) running=\${line#running } ;;
  esac
done
for pid in $running; do kill -s KILL -- "-$pid"; done 2>/dev/null
[ $# -eq 0 ] && exit
# A process that was just killed may still be writing.
rm -rf -- "$@" 2>/dev/null || { sleep 1; rm -rf -- "$@"; }
`;

const running = new Set<number>();
const paths = new Set<string>();
let pipe: Writable | undefined;

/**
 * Like node:child_process' `spawn`, for a child that must not outlive this process. The child leads a process group of its
 * own: Ctrl-C in the terminal reaches only us, and it dies together with its own children.
 */
export function spawnGuarded(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  tellGuard(); // The guard first, so that there is no child without one.
  const child = spawn(file, args, { ...options, detached: true });
  const { pid } = child;
  if (pid !== undefined) {
    running.add(pid);
    tellGuard();
    child.once('exit', () => {
      running.delete(pid);
      tellGuard();
    });
  }
  return child;
}

/** Takes charge of a file or directory: it is removed when this is disposed of, or when this process ends. */
export function ownPath(path: string): AsyncDisposable {
  paths.add(path);
  tellGuard();
  return {
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
      paths.delete(path);
      tellGuard();
    },
  };
}

/** A new, private directory of ours. Its name is the prefix and something random; it is in `parent`, or where temporary files go. */
export function temporaryDirectory(prefix: string, parent = tmpdir()): { readonly path: string } & AsyncDisposable {
  const path = mkdtempSync(join(parent, prefix));
  return { path, ...ownPath(path) };
}

function tellGuard(): void {
  pipe ??= startGuard();
  // Always the whole truth, in one write: a guard started late knows as much as the first.
  const lines = ['reset', ...[...paths].map((path) => `remove ${path}`), `running ${[...running].join(' ')}`];
  pipe.write(`${lines.join('\n')}\n`);
}

function startGuard(): Writable {
  const guard = spawn('/bin/sh', ['-c', script, 'guard'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const { stdin } = guard;
  guard.unref();
  if (stdin instanceof Socket) stdin.unref();
  // A guard that somebody ended is replaced when there is next something to tell.
  stdin.on('error', () => (pipe = undefined));
  return stdin;
}
