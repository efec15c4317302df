/** What a trace is made of. */

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
