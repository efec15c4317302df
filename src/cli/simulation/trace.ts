/** What load a file tells, moment by moment: CSV, or an answer of Prometheus. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { type Reading, unknown } from '../../scaling/reading.ts';
import { rowsOfAnswer } from './query-range.ts';
import { quoted, TraceError, type TraceRow } from './row.ts';

export { TraceError } from './row.ts';

/** A recorded load. A row holds from its second until the next row's, the last one for that moment only. */
export class Trace {
  readonly #seconds: readonly number[];
  readonly #qps: readonly (number | undefined)[];
  readonly #fastQps: readonly (number | undefined)[];

  constructor(rows: Iterable<TraceRow>) {
    const [seconds, qps, fastQps]: [number[], (number | undefined)[], (number | undefined)[]] = [[], [], []];
    for (const row of rows) {
      seconds.push(row.seconds);
      qps.push(row.qps);
      fastQps.push(row.fastQps);
    }
    this.#seconds = seconds;
    this.#qps = qps;
    this.#fastQps = fastQps;
  }

  /** How many rows there are. */
  get length(): number {
    return this.#seconds.length;
  }

  /** The second of a row; beyond the last one Infinity. */
  secondsAt(row: number): number {
    return this.#seconds[row] ?? Infinity;
  }

  /** The load of a row in requests per second; undefined where it is unknown. */
  loadAt(row: number): number | undefined {
    return this.#qps[row] ?? this.#fastQps[row];
  }

  /** The row as the scaling decision gets it. */
  readingAt(row: number): Reading {
    const [stableQps, fastQps] = [this.#qps[row], this.#fastQps[row]];
    if (stableQps === undefined && fastQps === undefined) return NOTHING;
    return { kind: 'measured', stableQps, fastQps, targets: undefined };
  }
}

const NOTHING = unknown('NoSeries', 'the trace has no load for this moment');

/** A month of rows every 2 s: 100 MB of memory. */
const MOST_ROWS = 1_300_000;
/** Three numbers need 80 characters at the very most. */
const LONGEST_ROW = 1_000;

/** An answer of Prometheus with so many rows has half of this. */
const LARGEST_JSON_BYTES = 64 * 1024 * 1024;

/**
 * Reads a trace of either kind: what begins with a brace or a bracket is an answer of Prometheus.
 *
 * @throws TraceError; what reading the bytes throws
 */
export async function readTrace(bytes: AsyncIterable<Uint8Array>, mostRows = MOST_ROWS): Promise<Trace> {
  const iterator = bytes[Symbol.asyncIterator]();
  const decoder = new TextDecoder();
  const beginning: Uint8Array[] = [];
  let seen = '';
  while (seen === '') {
    const next = await iterator.next();
    if (next.done === true) break;
    beginning.push(next.value);
    seen = decoder.decode(next.value, { stream: true }).trimStart();
  }
  const isJson = seen.startsWith('{') || seen.startsWith('[');
  const all = joined(beginning, iterator);
  if (!isJson) return readCsv(all, mostRows);
  const rows = rowsOfAnswer(await textOf(all));
  if (rows.length > mostRows)
    throw new TraceError(`has ${rows.length} values; at most ${mostRows}, take a longer step`);
  return new Trace(rows);
}

async function* joined(beginning: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* beginning;
  yield* { [Symbol.asyncIterator]: () => rest };
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > LARGEST_JSON_BYTES) {
      throw new TraceError(`is larger than ${LARGEST_JSON_BYTES / 2 ** 20} MiB; take a longer step, or less time`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\ufeff/, '');
}

/**
 * Reads a trace in CSV: a header `seconds,qps` or `seconds,qps,fastQps`, and rows whose seconds ascend. Empty cells, NaN, infinite and negative
 * loads are unknown. Empty lines are skipped.
 *
 * @throws TraceError; what reading the bytes throws
 */
async function readCsv(bytes: AsyncIterable<Uint8Array>, mostRows: number): Promise<Trace> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    // As they come: files are put together from several.
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: LONGEST_ROW,
  });
  // What goes wrong with the bytes ends the records, too, and is thrown there.
  pipeline(Readable.from(bytes), parser).catch(() => undefined);
  const rows: TraceRow[] = [];
  let columns: number | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedLine>) {
      if (columns === undefined) columns = columnsOf(record);
      else rows.push(rowOf(record, { columns, line: info.lines, before: rows.at(-1)?.seconds }));
      if (rows.length > mostRows) {
        throw new TraceError(`line ${info.lines}: a trace may have ${mostRows} rows; give fewer, further apart`);
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new TraceError(`${wordsOf(error)}${columns === undefined ? `; ${EXPECTED}` : ''}`);
  }
  if (columns === undefined) throw new TraceError(`is empty; ${EXPECTED}`);
  if (rows.length === 0) throw new TraceError('has a header, and no row below it; add rows such as 0,100');
  return new Trace(rows);
}

interface ParsedLine {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const HEADER = ['seconds', 'qps', 'fastQps'];
const EXPECTED = 'expected the header seconds,qps or seconds,qps,fastQps, and a row of numbers for each moment';

/** How many cells each row must have. */
function columnsOf(header: readonly string[]): number {
  if ((header.length === 2 || header.length === 3) && header.every((cell, index) => cell === HEADER[index])) {
    return header.length;
  }
  const found = header.join(',');
  // A file of UTF-16 is full of them.
  if (found.includes('\0')) throw new TraceError('is not text in UTF-8; save it as that');
  throw new TraceError(`line 1: ${EXPECTED}; found ${quoted(found)}`);
}

function rowOf(
  record: readonly string[],
  { columns, line, before }: { readonly columns: number; readonly line: number; readonly before: number | undefined },
): TraceRow {
  const fail = (message: string): never => {
    throw new TraceError(`line ${line}: ${message}`);
  };
  if (record.length !== columns) {
    fail(`expected ${columns} cells as in the header, found ${record.length}: ${quoted(record.join(','))}`);
  }
  const [seconds = '', qps = '', fastQps = ''] = record;
  const numberIn = (name: string, cell: string): number =>
    parseNumber(cell) ?? fail(`${name} must be a number, found ${quoted(cell)}`);
  const loadIn = (name: string, cell: string): number | undefined => {
    const load = cell === '' ? NaN : numberIn(name, cell);
    return Number.isFinite(load) && load >= 0 ? load : undefined;
  };
  const at = numberIn('seconds', seconds);
  if (!Number.isFinite(at)) fail(`seconds must be finite, found ${quoted(seconds)}`);
  if (before !== undefined && at <= before) fail(`seconds must ascend, found ${at} after ${before}`);
  return { seconds: at, qps: loadIn('qps', qps), fastQps: loadIn('fastQps', fastQps) };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(inity)?$/i;

/** The number that a cell holds, NaN and infinite ones as Prometheus and spreadsheets write them; undefined if it holds none. */
function parseNumber(cell: string): number | undefined {
  if (NUMBER.test(cell)) return Number(cell);
  if (/^nan$/i.test(cell)) return NaN;
  return INFINITE.test(cell) ? (cell.startsWith('-') ? -Infinity : Infinity) : undefined;
}

/** What the parser says, in our words. */
function wordsOf({ code, message, ...context }: CsvError): string {
  const { lines } = context as { readonly lines?: number };
  const where = lines === undefined ? '' : `line ${lines}: `;
  switch (code) {
    case 'CSV_MAX_RECORD_SIZE':
      return `${where}a row is longer than ${LONGEST_ROW} characters; it must hold two or three numbers`;
    case 'CSV_QUOTE_NOT_CLOSED':
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return `${where}a quote does not end where it should; numbers need no quotes`;
    default:
      return `${where}is not CSV: ${message}`;
  }
}
