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

/** What is shorter is told nowhere: one query that fails is no news. */
const MOMENT_MS = 30_000;

/** Trouble with Prometheus, as one line tells it. */
interface Trouble {
  readonly reason: UnknownReason;
  readonly sinceMs: number;
  readonly isTold: boolean;
}

/** Passes readings on, and writes a line when Prometheus goes and when it comes. */
export class SourceNews implements LoadReader {
  readonly #reader: LoadReader;
  readonly #log: Log;
  readonly #nowMs: () => number;
  #trouble: Trouble | undefined;
  /** Since when Prometheus has been away as far as the log says. */
  #awayMs: number | undefined;
  /** Whether there was ever a reading: an address that is wrong from the beginning is told at once. */
  #hasAnswered = false;

  /** @param nowMs milliseconds on a clock that never jumps */
  constructor(reader: LoadReader, log: Log, nowMs: () => number) {
    this.#reader = reader;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  async read(targets: readonly LoadTarget[], signal: AbortSignal): Promise<ReadonlyMap<string, Reading>> {
    const readings = await this.#reader.read(targets, signal);
    if (!signal.aborted) this.#note([...readings.values()]);
    return readings;
  }

  #note(readings: readonly Reading[]): void {
    const nowMs = this.#nowMs();
    const waiting = readings.filter(isWaiting);
    const [first] = waiting;
    if (first === undefined) {
      // Without a question there is no answer either.
      if (readings.length > 0) this.#back(nowMs);
      return;
    }
    const { reason, message } = first;
    const before = this.#trouble;
    const trouble = before?.reason === reason ? before : { reason, sinceMs: nowMs, isTold: false };
    const isDue = !this.#hasAnswered || nowMs - trouble.sinceMs >= MOMENT_MS;
    this.#trouble = { ...trouble, isTold: trouble.isTold || isDue };
    if (trouble.isTold || !isDue) return;
    this.#awayMs ??= trouble.sinceMs;
    this.#log.warn('Prometheus away', { reason, why: message, elasticwebs: waiting.length, of: readings.length });
  }

  #back(nowMs: number): void {
    this.#trouble = undefined;
    this.#hasAnswered = true;
    if (this.#awayMs === undefined) return;
    this.#log.info('Prometheus back', { seconds: Math.round((nowMs - this.#awayMs) / 1000) });
    this.#awayMs = undefined;
  }
}

function isWaiting(reading: Reading): reading is Unknown {
  return reading.kind === 'unknown' && isOfTheSource(reading.reason);
}
