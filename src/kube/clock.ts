/** What time it is and how to wait: the only place where src/kube meets real time. Tests pass in a clock of their own. */
import { onAbort } from './abort.ts';

/** Time as a controller needs it: a steady count for durations, and a way to be called later. */
export interface Clock {
  /** Milliseconds on a clock that never jumps; only differences between two readings mean anything. */
  monotonicMs(): number;
  /** Calls `task` once, `delayMs` from now; the returned function takes that back (and does nothing afterwards). */
  schedule(delayMs: number, task: () => void): () => void;
}

/** Node holds a timer's delay in 32 bits, and fires at once what does not fit. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

/**
 * Waits `delayMs` (not at all if that is 0), or until the signal aborts, whichever comes first.
 *
 * Does not reject on abort: the loops that wait look at the signal next anyway.
 */
export async function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const cancel = clock.schedule(delayMs, () => {
      forget();
      resolve();
    });
    const forget = onAbort(signal, () => {
      cancel();
      resolve();
    });
  });
}
