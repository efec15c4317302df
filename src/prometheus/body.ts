/** The text of an answer, unpacked if need be, and never more of it than there should be. */

import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Share } from './budget.ts';

/** What is read of an answer. */
export interface Body {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readable;
}

/** Ten thousand ElasticWebs are some 4 MB; more than this would be no answer but a mistake. */
const LARGEST_BYTES = 16 * 1024 * 1024;
/**
 * Objects, lists and what stands in them. Ten thousand ElasticWebs have 320,000. When `{},{},` and the like are parsed, a megabyte becomes
 * fifty, so they are counted before. What is nested needs no limit of its own: JSON.parse takes any depth, and each level counts.
 */
const MOST_VALUES = 500_000;

/** A body that is no answer; the message says what its sender did. */
export class UnusableBody extends Error {
  override readonly name = 'UnusableBody';
}

/**
 * Reads all of the body.
 *
 * @param share pays for each byte; its holder gives them back when the text is done with
 * @throws UnusableBody at the first byte or value too many, and if it is not packed as it says or in another way than gzip; the stream's error
 */
export async function readBody({ headers, body }: Body, share: Share, signal: AbortSignal): Promise<string> {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  const collect: Collect = (chunks) => collected(chunks, share);
  if (encoding === 'identity') return pipeline(body, collect, { signal });
  if (encoding === 'gzip') return unpacked(body, collect, signal);
  body.on('error', () => undefined).destroy();
  throw new UnusableBody('answered in an encoding other than gzip, which it was not asked for');
}

type Collect = (chunks: AsyncIterable<Buffer>) => Promise<string>;

async function unpacked(body: Readable, collect: Collect, signal: AbortSignal): Promise<string> {
  try {
    return await pipeline(body, createGunzip(), collect, { signal });
  } catch (error) {
    const isOfZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    throw isOfZlib ? new UnusableBody('answered in gzip that cannot be unpacked', { cause: error }) : error;
  }
}

/** What comes in small pieces is put together at once: a Buffer for each byte would take a hundred times as much. */
async function collected(chunks: AsyncIterable<Buffer>, share: Share): Promise<string> {
  let held = Buffer.alloc(0);
  let bytes = 0;
  let values = 0;
  for await (const chunk of chunks) {
    const end = bytes + chunk.length;
    if (end > LARGEST_BYTES) throw new UnusableBody(`answered with more than ${inMib(LARGEST_BYTES)}`);
    if (!share.take(chunk.length)) {
      throw new UnusableBody(`answered with more than ${inMib(share.budgetBytes)} to the queries of one moment`);
    }
    values += valuesIn(chunk);
    if (values > MOST_VALUES) throw new UnusableBody(`answered with more than ${MOST_VALUES} values`);
    if (end > held.length) held = Buffer.concat([held], Math.min(Math.max(end, 2 * held.length), LARGEST_BYTES));
    chunk.copy(held, bytes);
    bytes = end;
  }
  return held.toString('utf8', 0, bytes);
}

/** How many values of JSON begin here, at most: each but the first of all follows one of these, or a colon. In strings they count as well. */
function valuesIn(chunk: Buffer): number {
  let found = 0;
  for (const byte of chunk) if (byte === BRACE || byte === BRACKET || byte === COMMA) found += 1;
  return found;
}

const BRACE = 0x7b;
const BRACKET = 0x5b;
const COMMA = 0x2c;

function inMib(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
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
