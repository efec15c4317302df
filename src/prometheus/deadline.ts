/** One time limit on all steps of what may hang: reading the credentials, or a query from connecting to the last byte of its answer. */

/** Why a query ended before its answer did. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/**
 * Runs `task` with a signal that aborts when the time is over or the caller's own signal does.
 *
 * @throws TimedOut, the reason of the caller's abort, or what the task throws. A task that does not listen to its signal is left behind
 */
export async function withDeadline<T>(
  timeoutMs: number,
  parent: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  parent.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(new TimedOut()), timeoutMs);
  const pass = () => controller.abort(parent.reason);
  parent.addEventListener('abort', pass, { once: true });
  const running = task(signal);
  try {
    return await Promise.race([running, aborted(signal)]);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', pass);
    running.catch(() => undefined); // Told already.
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
