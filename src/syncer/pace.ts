/** How often the status of one ElasticWeb may be written: pods that come up one by one are told together. */

import { type Clock, systemClock } from '../kube/clock.ts';

/** At most one status a second and object. */
const PAUSE_MS = 1_000;

/** Remembers when each status was last written, for as long as that matters. */
export class Pace {
  readonly #clock: Clock;
  /** The one written longest ago first. */
  readonly #writtenMs = new Map<string, number>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** How long to wait before the status of `key` may be written again; 0 if it may now. */
  waitMs(key: string): number {
    const writtenMs = this.#writtenMs.get(key);
    return writtenMs === undefined ? 0 : Math.max(0, writtenMs + PAUSE_MS - this.#clock.monotonicMs());
  }

  /** Says that the status of `key` was written now. */
  written(key: string): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, writtenMs] of this.#writtenMs) {
      if (nowMs - writtenMs < PAUSE_MS) break;
      this.#writtenMs.delete(old);
    }
    this.#writtenMs.delete(key);
    this.#writtenMs.set(key, nowMs);
  }
}
