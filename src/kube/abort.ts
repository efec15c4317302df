/** How to hear of an abort. */
import { setMaxListeners } from 'node:events';

/**
 * Calls back when the signal aborts, at once if it has already; the returned function takes that back.
 *
 * One signal stops a whole program, so many listeners are no leak here, and the warning that some versions of Node give at
 * the eleventh would be false.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  setMaxListeners(0, signal);
  signal.addEventListener('abort', callback, { once: true });
  return () => {
    signal.removeEventListener('abort', callback);
  };
}

/** A call, because the compiler takes a second look at `signal.aborted` for settled by the first. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
