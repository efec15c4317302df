/** When the load is read next: as often as was asked for, and more often for a moment after it has jumped. */

/** Between two readings while a load rises. */
const QUICK_MS = 1_000;
/** Of the time, at most this part is spent so: with thousands of ElasticWebs, some load always jumps. */
const QUICK_SHARE = 0.25;

/**
 * A jump is not seen whole at once: counters tell of it at their next scrape, each at another moment. And the pods that are added for the
 * part that was seen take load before their own counters tell of it, so that less and less of it is seen. Whoever looks every second sees the
 * most there is to see.
 */
export class Cadence {
  readonly #intervalMs: number;
  /** How long a jump takes to be seen whole. */
  readonly #risingMs: number;
  #quickUntilMs = Number.NEGATIVE_INFINITY;
  #nextQuickMs = Number.NEGATIVE_INFINITY;

  constructor({ intervalMs, risingMs }: { readonly intervalMs: number; readonly risingMs: number }) {
    this.#intervalMs = intervalMs;
    this.#risingMs = risingMs;
  }

  /** From the start of one reading to that of the next. */
  pauseMs(nowMs: number, hasJumped: boolean): number {
    if (hasJumped && nowMs >= this.#nextQuickMs) {
      this.#quickUntilMs = nowMs + this.#risingMs;
      this.#nextQuickMs = nowMs + this.#risingMs / QUICK_SHARE;
    }
    return nowMs < this.#quickUntilMs ? Math.min(QUICK_MS, this.#intervalMs) : this.#intervalMs;
  }
}
