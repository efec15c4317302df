/** Whether an answer speaks of now: a cache, a server that hangs and a clock that is off all give answers of another time. */

import type { Vector } from './answer.ts';
import { type Failure, failure } from './failure.ts';

/** Clocks of one cluster differ by less. */
const TOLERANCE_MS = 60_000;

/** Remembers of which time each query's last answer was. */
export class Freshness {
  #latestMs = new Map<string, number>();

  /**
   * Why the answer is of another time than now; undefined if it is fresh. An empty answer has no time, so nothing is wrong with it.
   *
   * @param query names the query, the same at every tick
   * @param nowMs wall-clock time, in milliseconds since 1970
   */
  flaw(query: string, { series }: Vector, server: string, nowMs: number): Failure | undefined {
    let earliestMs = Infinity;
    let latestMs = -Infinity;
    for (const { timeMs } of series) {
      if (timeMs === undefined) continue; // Its own ElasticWeb suffers for that.
      earliestMs = Math.min(earliestMs, timeMs);
      latestMs = Math.max(latestMs, timeMs);
    }
    if (latestMs === -Infinity) return undefined;
    if (nowMs - earliestMs > TOLERANCE_MS) {
      return stale(`${server} answered for a time more than ${TOLERANCE_MS / 1000} s ago; are both clocks right?`);
    }
    if (latestMs - nowMs > TOLERANCE_MS) {
      return stale(`${server} answered for a time more than ${TOLERANCE_MS / 1000} s ahead; are both clocks right?`);
    }
    const previousMs = this.#latestMs.get(query);
    if (previousMs !== undefined && latestMs <= previousMs) {
      return stale(`${server} answered for the same time as before, or an earlier one; is there a cache in between?`);
    }
    this.#latestMs.set(query, latestMs);
    return undefined;
  }

  /** Forgets the queries that are no longer asked. */
  keepOnly(queries: ReadonlySet<string>): void {
    for (const query of this.#latestMs.keys()) {
      if (!queries.has(query)) this.#latestMs.delete(query);
    }
  }
}

function stale(what: string): Failure {
  return failure('StaleAnswer', what, { kind: 'anyway' });
}
