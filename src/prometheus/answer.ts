/** What Prometheus answered: a vector, or why it is none. Everything in it is checked here or said to be unchecked. */

import { setImmediate as otherWork } from 'node:timers/promises';
import type { UnknownReason } from '../scaling/reading.ts';

/** The answer to an instant query. */
export interface Vector {
  readonly kind: 'vector';
  readonly series: readonly Series[];
  /** The server says itself that something may be missing. */
  readonly partial: boolean;
}

/** One series. Its value is still as it was sent: one that is wrong spoils one ElasticWeb, not the answer. */
export interface Series {
  readonly labels: Readonly<Record<string, unknown>>;
  /** When it was evaluated, in milliseconds since 1970; undefined if that is no time. */
  readonly timeMs: number | undefined;
  readonly value: unknown;
}

/** What is wrong with an answer, in words that have nothing of it. */
export interface Flaw {
  readonly kind: 'flaw';
  readonly reason: UnknownReason;
  readonly what: string;
}

/**
 * Reads the body of an answer, a large one in parts so that the rest of the program may go on in between.
 * https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
 */
export async function parseAnswer(body: string): Promise<Vector | Flaw> {
  let answer: Json;
  try {
    answer = await parseInParts(body);
  } catch {
    return invalid('something else than JSON; is its address right?');
  }
  const { whole, more } = answer;
  if (!isRecord(whole)) return invalid('JSON that is not an answer of Prometheus');
  const { status, data, warnings } = whole;
  if (status === 'error') return { kind: 'flaw', reason: 'SourceFailed', what: 'an error' };
  if (status !== 'success' || !isRecord(data)) return invalid('JSON that is not an answer of Prometheus');
  const { resultType, result } = data;
  if (resultType !== 'vector') return invalid(`${typeName(resultType)} instead of a vector`);
  const series = Array.isArray(result) ? seriesOf(result) : undefined;
  if (series === undefined || more.includes(undefined)) {
    return invalid('a vector that holds something else than series');
  }
  const found = series.concat(...more.filter((part) => part !== undefined));
  if (found.length > MOST_SERIES) return invalid(`more than ${MOST_SERIES} series`);
  if (hasTooManyLabels(found)) return invalid('series that were not asked for');
  const partial = Array.isArray(warnings) && warnings.length > 0;
  return { kind: 'vector', series: found, partial };
}

/**
 * A value as a number: finite and not negative.
 *
 * @returns undefined for everything else, such as "NaN", "+Inf", "1e309", "-1", "" or null
 */
export function parseValue(value: unknown): number | undefined {
  // Number('') is 0, and no data must never look like no load.
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? Math.abs(number) : undefined; // -0 is a zero too.
}

/**
 * What a tick keeps of eight answers must fit into the memory of a pod: 15,000 ElasticWebs with one metric have so many. A series of few
 * characters takes as much as one of many.
 */
const MOST_SERIES = 60_000;

/** Ours have three names. An object with a name that no other has takes ten times as much. */
const MOST_LABEL_NAMES = 16;

function hasTooManyLabels(series: readonly Series[]): boolean {
  const names = new Set<string>();
  return series.some(({ labels }) => {
    for (const name in labels) names.add(name);
    return names.size > MOST_LABEL_NAMES;
  });
}

/** A body as JSON, but for the series that were taken out of it: in parts, undefined where one of them is none. */
interface Json {
  readonly whole: unknown;
  readonly more: readonly (readonly Series[] | undefined)[];
}

/**
 * One JSON.parse of a few megabytes stops everything else for tens of milliseconds, and parsers that work on streams take six times the
 * work. So the text is cut between series, where the same characters stand each time. They cannot stand inside a string, where the quote
 * would have a backslash. Where they do not stand, or where cutting goes wrong, it is parsed as a whole.
 *
 * @throws SyntaxError if it is no JSON
 */
async function parseInParts(body: string): Promise<Json> {
  const first = body.indexOf(SEAM);
  const last = body.lastIndexOf(SEAM);
  if (last - first < PART_LENGTH) return { whole: JSON.parse(body), more: [] };
  try {
    const whole: unknown = JSON.parse(`${body.slice(0, first + 1)}${body.slice(last + 1)}`);
    const more: (readonly Series[] | undefined)[] = [];
    for (let start = first; start < last;) {
      const end = Math.min(last, seamAfter(body, start + PART_LENGTH));
      more.push(seriesOf(JSON.parse(`[${body.slice(start + 2, end + 1)}]`) as unknown[]));
      start = end;
      await otherWork();
    }
    return { whole, more };
  } catch {
    return { whole: JSON.parse(body), more: [] };
  }
}

/** Between two series. */
const SEAM = '},{"metric":';
/** Some two thousand series, which take two or three milliseconds. */
const PART_LENGTH = 256 * 1024;

function seamAfter(body: string, position: number): number {
  const found = body.indexOf(SEAM, position);
  return found === -1 ? body.length : found;
}

function seriesOf(result: readonly unknown[]): Series[] | undefined {
  return result.every(isSeries) ? result.map(toSeries) : undefined;
}

function toSeries({ metric, value }: SentSeries): Series {
  const [time, sent] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
  const timeMs = typeof time === 'number' ? time * 1000 : NaN;
  return { labels: metric, timeMs: Number.isFinite(timeMs) ? timeMs : undefined, value: sent };
}

interface SentSeries {
  readonly metric: Readonly<Record<string, unknown>>;
  readonly value?: unknown;
}

function isSeries(value: unknown): value is SentSeries {
  return isRecord(value) && isRecord(value.metric);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Only words of ours. */
function typeName(resultType: unknown): string {
  const known = ['scalar', 'matrix', 'string'].find((name) => name === resultType);
  return known === undefined ? 'a result of an unknown type' : `a ${known}`;
}

function invalid(what: string): Flaw {
  return { kind: 'flaw', reason: 'InvalidAnswer', what };
}
