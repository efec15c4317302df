/** How long to wait for something that happens by itself, and how to say that it did not. */

import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  readonly timeoutMs: number;
  /** Pause between two looks; default 25. */
  readonly intervalMs?: number;
  /** What is waited for, as the error names it: "the node is Ready". */
  readonly what?: string;
  /** Gives up early, with the signal's reason as the error. */
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until `check` neither throws nor returns false, and returns what it returned.
 *
 * @throws Error when that has not happened within the time; its `cause` is what the last look threw. A look that hangs
 *   counts as one that has not succeeded.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions,
): Promise<Exclude<T, false>> {
  const { timeoutMs, intervalMs = 25, what = 'the expected state', signal } = options;
  const deadlineMs = performance.now() + timeoutMs;
  let last: unknown;
  do {
    signal?.throwIfAborted();
    const look = await orLate((async () => check())(), deadlineMs, signal);
    if (look.kind === 'value' && look.value !== false) return look.value as Exclude<T, false>;
    if (look.kind === 'error') last = look.error;
    await pause(Math.min(intervalMs, deadlineMs - performance.now()), signal);
  } while (performance.now() < deadlineMs);
  signal?.throwIfAborted();
  const why = last instanceof Error ? `: ${last.message}` : '';
  throw new Error(`gave up waiting for ${what} after ${timeoutMs} ms${why}`, { cause: last });
}

type Look<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'late' };

/** How the promise ended, or `late` once the time is over or the signal fires. */
async function orLate<T>(promise: Promise<T>, deadlineMs: number, signal: AbortSignal | undefined): Promise<Look<T>> {
  const seen = new AbortController();
  try {
    return await Promise.race<Look<T>>([
      promise.then(
        (value) => ({ kind: 'value', value }),
        (error: unknown) => ({ kind: 'error', error }),
      ),
      pause(deadlineMs - performance.now(), signal, seen.signal).then(() => ({ kind: 'late' })),
    ]);
  } finally {
    seen.abort();
  }
}

/** So much time, or less when one of the signals fires. */
async function pause(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
