/** The text of an answer, unpacked if need be, and never more of it than there should be. */

import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** What is read of an answer. */
export interface Body {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readable;
}

/** Ten thousand ElasticWebs are some 4 MB; more than this would be no answer but a mistake. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** A body that is no answer; the message says what its sender did. */
export class UnusableBody extends Error {
  override readonly name = 'UnusableBody';
}

/**
 * Reads all of the body.
 *
 * @throws UnusableBody at the first byte too many, and if it is not packed as it says or in another way than gzip; the stream's error
 */
export async function readBody({ headers, body }: Body, signal: AbortSignal): Promise<string> {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return pipeline(body, collect, { signal });
  if (encoding === 'gzip') return unpacked(body, signal);
  body.on('error', () => undefined).destroy();
  throw new UnusableBody('answered in an encoding other than gzip, which it was not asked for');
}

async function unpacked(body: Readable, signal: AbortSignal): Promise<string> {
  try {
    return await pipeline(body, createGunzip(), collect, { signal });
  } catch (error) {
    const isOfZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    throw isOfZlib ? new UnusableBody('answered in gzip that cannot be unpacked', { cause: error }) : error;
  }
}

async function collect(source: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) throw new UnusableBody(`answered with more than ${LARGEST_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

/** Enough to know a well-known sentence by. */
const BEGINNING_BYTES = 1_000;

/** The beginning of a body as it comes; the rest is not read. Empty where it cannot be read. */
export async function beginningOf(body: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString('latin1');
      if (text.length >= BEGINNING_BYTES) break;
    }
  } catch {
    // Nothing rests on it: the status has said that there is no answer.
  }
  return text.slice(0, BEGINNING_BYTES);
}
