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

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

export class UnknownEncoding extends Error {
  override readonly name = 'UnknownEncoding';
}

/**
 * Reads all of the body.
 *
 * @throws BodyTooLarge at the first byte too many, packed or not; UnknownEncoding if it is packed in another way than gzip; the stream's error
 */
export async function readBody({ headers, body }: Body, signal: AbortSignal): Promise<string> {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return pipeline(body, collect, { signal });
  if (encoding === 'gzip') return pipeline(body, createGunzip(), collect, { signal });
  body.on('error', () => undefined).destroy();
  throw new UnknownEncoding('answered in an encoding other than gzip, which it was not asked for');
}

async function collect(source: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) throw new BodyTooLarge(`answered with more than ${LARGEST_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}
