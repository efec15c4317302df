/** What a trace is made of. */

import { cutTo, printable } from '../../api/printable.ts';

/** One row: a load that is undefined is unknown. */
export interface TraceRow {
  readonly seconds: number;
  readonly qps: number | undefined;
  readonly fastQps: number | undefined;
}

/** A trace that cannot be read; the message says where and why, without the file's name. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

const LONGEST_QUOTE = 60;

/** Words of a file within a message: on one line, and not many of them. */
export function quoted(text: string): string {
  return printable(JSON.stringify(shortened(text)));
}

/** The beginning of a text that is long. */
export function shortened(text: string): string {
  return cutTo(text, LONGEST_QUOTE, '...');
}
