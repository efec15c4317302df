/** What Prometheus answered: a vector, or why it is none. Everything in it is checked here or said to be unchecked. */

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

/** Reads the body of an answer. https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
export function parseAnswer(body: string): Vector | Flaw {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return invalid('something else than JSON; is its address right?');
  }
  if (!isRecord(answer)) return invalid('JSON that is not an answer of Prometheus');
  const { status, data, warnings } = answer;
  if (status === 'error') return { kind: 'flaw', reason: 'SourceFailed', what: 'an error' };
  if (status !== 'success' || !isRecord(data)) return invalid('JSON that is not an answer of Prometheus');
  const { resultType, result } = data;
  if (resultType !== 'vector') return invalid(`${typeName(resultType)} instead of a vector`);
  if (!Array.isArray(result) || !result.every(isSeries))
    return invalid('a vector that holds something else than series');
  return { kind: 'vector', series: result.map(toSeries), partial: Array.isArray(warnings) && warnings.length > 0 };
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

function toSeries({ metric, value }: SentSeries): Series {
  const [time, sent] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
  const timeMs = typeof time === 'number' && Number.isFinite(time) ? time * 1000 : undefined;
  return { labels: metric, timeMs, value: sent };
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
