/** Tells operators once that Prometheus is away, and once that it is back, however many ElasticWebs wait for it. */

import type { LoadTarget } from '../prometheus/source.ts';
import type { Reading, Unknown, UnknownReason } from '../scaling/reading.ts';
import type { LoadReader } from './autoscaler.ts';
import type { Log } from './log.ts';

/** Reasons that speak of Prometheus, and not of one ElasticWeb or its metric. */
const OF_THE_SOURCE: ReadonlySet<string> = new Set<UnknownReason>([
  'SourceUnreachable',
  'SourceRefused',
  'SourceFailed',
  'InvalidAnswer',
  'PartialAnswer',
  'StaleAnswer',
]);

/** Whether a reason of ScalingActive speaks of Prometheus. Then many ElasticWebs say the same. */
export function isOfTheSource(reason: string | undefined): boolean {
  return OF_THE_SOURCE.has(reason ?? '');
}

/** Reasons of those that were not asked for: they say nothing about whether Prometheus answers. */
const NOT_ASKED: ReadonlySet<string> = new Set<UnknownReason>(['NoMetricsSource', 'TooManyQueries', 'NotReadYet']);

/** What is shorter is told nowhere: one query that fails is no news. */
const MOMENT_MS = 30_000;

/** Whether some ElasticWebs wait, or all that are asked for. */
type Extent = 'some' | 'all';

/** Passes readings on, and writes a line when Prometheus goes and when it comes: for some of them, and for all. */
export class SourceNews implements LoadReader {
  readonly #reader: LoadReader;
  readonly #log: Log;
  readonly #nowMs: () => number;
  /** Since when so many have been waiting, whatever the reasons were from tick to tick. */
  #sinceMs: Readonly<Partial<Record<Extent, number | undefined>>> = {};
  /** What the log says; undefined: nothing, or that Prometheus is back. */
  #told: { readonly extent: Extent; readonly reason: UnknownReason } | undefined;
  /** Since when nobody has been waiting for the reason that the log gives. */
  #otherReasonMs: number | undefined;
  /** Whether there was ever an answer: an address that is wrong from the beginning is told at once. */
  #hasAnswered = false;

  /** @param nowMs milliseconds on a clock that never jumps */
  constructor(reader: LoadReader, log: Log, nowMs: () => number) {
    this.#reader = reader;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  async *read(
    targets: readonly LoadTarget[],
    signal: AbortSignal,
  ): AsyncGenerator<ReadonlyMap<string, Reading>, void, undefined> {
    const all = new Map<string, Reading>();
    for await (const readings of this.#reader.read(targets, signal)) {
      for (const [key, reading] of readings) all.set(key, reading);
      yield readings;
    }
    if (!signal.aborted) this.#note([...all.values()]);
  }

  #note(readings: readonly Reading[]): void {
    // Without a question there is no answer either.
    if (readings.length === 0) return;
    const nowMs = this.#nowMs();
    const waiting = readings.filter(isWaiting);
    const [first] = waiting;
    const isAnswered = readings.some(isAnswer);
    const isAll = first !== undefined && !isAnswered;
    const told = this.#told;
    const before = this.#sinceMs;
    this.#hasAnswered ||= isAnswered;
    this.#sinceMs = { some: first && (before.some ?? nowMs), all: isAll ? (before.all ?? nowMs) : undefined };
    this.#otherReasonMs = waiting.some(({ reason }) => reason === told?.reason)
      ? undefined
      : (this.#otherReasonMs ?? nowMs);

    const who = first && {
      ...{ reason: first.reason, why: first.message },
      ...{ elasticwebs: waiting.length, of: readings.length },
    };
    if (told !== undefined && this.#sinceMs[told.extent] === undefined) {
      const awayMs = nowMs - (before[told.extent] ?? nowMs);
      // Those who still wait are told in the same line.
      this.#log.info('Prometheus back', { seconds: Math.round(awayMs / 1000), ...who });
    } else if (who !== undefined && this.#isDue(nowMs)) {
      this.#log.warn('Prometheus away', who);
    } else return;
    this.#told = first && { extent: isAll ? 'all' : 'some', reason: first.reason };
    this.#otherReasonMs = undefined;
  }

  /** Whether it has lasted that some wait, that all do, or that those who do have another reason. */
  #isDue(nowMs: number): boolean {
    const hasLasted = (sinceMs: number | undefined) => sinceMs !== undefined && nowMs - sinceMs >= MOMENT_MS;
    const { some, all } = this.#sinceMs;
    if (this.#told === undefined) return !this.#hasAnswered || hasLasted(some);
    return (this.#told.extent === 'some' && hasLasted(all)) || hasLasted(this.#otherReasonMs);
  }
}

function isWaiting(reading: Reading): reading is Unknown {
  return reading.kind === 'unknown' && isOfTheSource(reading.reason);
}

function isAnswer(reading: Reading): boolean {
  return reading.kind === 'measured' || !(isOfTheSource(reading.reason) || NOT_ASKED.has(reading.reason));
}
