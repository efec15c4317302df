/** Whether somebody changes a field back each time the syncer sets it, and how long such a field is left alone then. */

import { type Clock, systemClock } from '../kube/clock.ts';

/** So many repairs of one field within the time are a duel: whoever is at the other end will not give in. */
const MOST_REPAIRS = 3;
const WITHIN_MS = 60_000;

/** A field that is repaired: of which object, to what end. Another end is a new wish, and no repair. */
export interface Repair {
  /** `Deployment shop/web` */
  readonly object: string;
  readonly path: string;
  /** What tells one wish from another: the same for the same wish. */
  readonly wish: string;
}

/** Somebody changes a field back each time. */
export class ContendedError extends Error {
  override readonly name = 'ContendedError';
  readonly retryAfterMs: number;

  constructor({ object, path }: Repair, retryAfterMs: number) {
    super(
      `${object}: ${path} was set ${MOST_REPAIRS} times within a minute, and each time somebody changed it back. ` +
        `It is left alone for up to a minute; kubectl get with --show-managed-fields tells who it is`,
    );
    this.retryAfterMs = retryAfterMs;
  }
}

/** Remembers the repairs of the last minute. */
export class Repairs {
  readonly #clock: Clock;
  /** When each field was set; the one set longest ago first. */
  readonly #timesMs = new Map<string, number[]>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** @throws ContendedError if the field must be left alone for a while */
  check(repair: Repair): void {
    const times = this.#timesMs.get(keyOf(repair)) ?? [];
    const [first] = times;
    if (first === undefined || times.length < MOST_REPAIRS) return;
    const waitMs = first + WITHIN_MS - this.#clock.monotonicMs();
    if (waitMs > 0) throw new ContendedError(repair, waitMs);
  }

  /** Says that the field was set now. */
  made(repair: Repair): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, times] of this.#timesMs) {
      if (nowMs - (times.at(-1) ?? 0) < WITHIN_MS) break;
      this.#timesMs.delete(key);
    }
    const key = keyOf(repair);
    const times = [...(this.#timesMs.get(key) ?? []), nowMs].slice(-MOST_REPAIRS);
    // The last place is that of the field set last.
    this.#timesMs.delete(key);
    this.#timesMs.set(key, times);
  }
}

function keyOf({ object, path, wish }: Repair): string {
  return [object, path, wish].join('\n');
}
