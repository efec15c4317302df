/** What text the files named on the command line hold, `-` being stdin. */

import { isUtf8 } from 'node:buffer';
import type { Io } from './io.ts';

/** The text of one source, or why there is none. */
export type Source =
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'unreadable'; readonly name: string; readonly message: string };

/** Ten thousand ElasticWebs fit in; the parser needs about a hundred times the memory of the text. */
const MAX_MIB = 8;

/** Reads all sources, one after the other. One that cannot be read is a value, so that the others still are. */
export async function readSources(files: readonly string[], io: Pick<Io, 'stdin' | 'readFile'>): Promise<Source[]> {
  const sources: Source[] = [];
  for (const file of files) sources.push(await readSource(file, io));
  return sources;
}

async function readSource(file: string, io: Pick<Io, 'stdin' | 'readFile'>): Promise<Source> {
  const name = file === '-' ? 'stdin' : file;
  try {
    const bytes = await collect(file === '-' ? io.stdin : io.readFile(file));
    if (bytes === undefined) {
      return { kind: 'unreadable', name, message: `is larger than ${MAX_MIB} MiB; split it, or name another file` };
    }
    return decode(name, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { kind: 'unreadable', name, message: reasonOf(error.code, error.message) };
  }
}

/** All bytes; undefined, and the rest unread, when there are too many. */
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const collected: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    collected.push(chunk);
    size += chunk.length;
    if (size > MAX_MIB * 2 ** 20) return undefined;
  }
  return Buffer.concat(collected);
}

function decode(name: string, bytes: Buffer): Source {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { kind: 'unreadable', name, message: 'is UTF-16 text; save it as UTF-8' };
  }
  if (!isUtf8(bytes) || bytes.includes(0)) return { kind: 'unreadable', name, message: 'is not text in UTF-8' };
  return { kind: 'text', name, text: bytes.toString('utf8').replace(BYTE_ORDER_MARK, '') };
}

const BYTE_ORDER_MARK = /^\ufeff/;

/** Why the system did not let a file be read. */
export function reasonOf(code: unknown, message: string): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'ENOTDIR':
      return 'there is no such file: a part of its path is not a directory';
    case 'EISDIR':
      return 'is a directory; name the files in it';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read: permission denied';
    case 'ENAMETOOLONG':
      return 'there is no such file: the name is too long';
    default:
      return `could not be read: ${message}`;
  }
}
