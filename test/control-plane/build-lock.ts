/** Who builds, when two processes want the same binary at once. */
import { writeFileSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownPath } from './guard.ts';

const beatMs = 2_000;
/** A holder that has not been heard of for so long is dead; one that slept (a closed laptop) merely builds beside us. */
const silentMs = 15_000;

/** The right to build, held until it is disposed of. What it holds back is double work, not damage: binaries are renamed into place. */
export interface BuildLock extends AsyncDisposable {
  /** Tells those who wait how far the build is. */
  report(line: string): void;
}

/**
 * Waits for the lock file and takes it. Alive is whoever touches the file every two seconds: process ids would mean nothing
 * in another container that shares the cache.
 *
 * @param onWait is told, about once a second, what the holder reported last
 */
export async function takeBuildLock(file: string, onWait: (line: string) => void): Promise<BuildLock> {
  while (!(await create(file))) {
    const held = await stat(file).catch(absent);
    if (held === undefined) continue;
    if (Date.now() - held.mtimeMs > silentMs) {
      await rm(file, { force: true });
      continue;
    }
    onWait(await readFile(file, 'utf8').catch(() => ''));
    await sleep(1_000);
  }
  return heldLock(file);
}

function heldLock(file: string): BuildLock {
  let line = '';
  const owned = ownPath(file);
  const timer = setInterval(() => beat(file, line), beatMs);
  return {
    report: (text) => (line = text),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await owned[Symbol.asyncDispose]();
    },
  };
}

/** At once and not as a promise: a late beat would bring back a lock that was given up. */
function beat(file: string, line: string): void {
  try {
    writeFileSync(file, line);
  } catch {
    // The worst is a second build beside ours. Where nothing can be written, Go says so better.
  }
}

async function create(file: string): Promise<boolean> {
  try {
    await writeFile(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function absent(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
