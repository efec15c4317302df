/** When a server that failed is asked again: one pause for all ElasticWebs, because they all ask the same one. */

import type { Failure } from './failure.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/** Who asks us to stay away for longer is asked again all the same. */
const LONGEST_ASKED_MS = 60_000;
/** Rotated credentials are to be used soon, and a server that locks out after many tries is not to be tempted. */
const REFUSED_MS = 10_000;

/** What a tick brought. */
export interface Outcome {
  /** Whether any query had an answer. */
  readonly answered: boolean;
  readonly failures: readonly Failure[];
}

/** Counts the ticks that failed. Times are milliseconds on a clock that never jumps. */
export class Pauses {
  readonly #random: () => number;
  #failedTicks = 0;
  #current: { readonly untilMs: number; readonly because: Failure } | undefined;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Why the server is not asked now; undefined if it may be. */
  because(nowMs: number): Failure | undefined {
    return this.#current !== undefined && nowMs < this.#current.untilMs ? this.#current.because : undefined;
  }

  /** Draws the conclusions from a tick. One answer ends the row of failures; a wait that was asked for is kept all the same. */
  note({ answered, failures }: Outcome, nowMs: number): void {
    this.#current = undefined;
    if (answered) this.#failedTicks = 0;
    const asked = failures.find(({ next }) => next.kind === 'asked');
    const because = asked ?? (answered ? undefined : failures.find(({ next }) => next.kind !== 'anyway'));
    if (because === undefined) return;
    if (!answered) this.#failedTicks += 1;
    this.#current = { untilMs: nowMs + this.#waitMs(because), because };
  }

  #waitMs({ next }: Failure): number {
    switch (next.kind) {
      case 'refused':
        return REFUSED_MS;
      case 'asked':
        return Math.max(Math.min(next.afterMs ?? 0, LONGEST_ASKED_MS), this.#growingMs());
      case 'later':
      case 'anyway':
        return this.#growingMs();
    }
  }

  /** Doubles with each failed tick, varied by a fifth either way so that many syncers do not come back together. */
  #growingMs(): number {
    const steadyMs = FIRST_MS * 2 ** Math.min(Math.max(this.#failedTicks, 1) - 1, 10);
    return Math.min(LONGEST_MS, Math.min(LONGEST_MS, steadyMs) * (0.8 + 0.4 * this.#random()));
  }
}
