/** Results that come one by one, handed on as soon as somebody takes them. */

/**
 * Runs `produce`, and yields what it puts: each time all that has come since the last. Whoever is slow to take finds more at once.
 *
 * @throws what `produce` throws, once everything that was put before is taken. Who stops taking waits for its end all the same
 */
export async function* asTheyCome<K, V>(
  produce: (put: (key: K, value: V) => void) => Promise<void>,
): AsyncGenerator<ReadonlyMap<K, V>, void, undefined> {
  const state = { come: new Map<K, V>(), isDone: false, wake: (): void => undefined };
  const producing = produce((key, value) => {
    state.come.set(key, value);
    state.wake();
  }).finally(() => {
    state.isDone = true;
    state.wake();
  });
  const ended = producing.catch(() => undefined); // Thrown below, if anybody is still there.
  try {
    for (;;) {
      if (state.come.size > 0) {
        const piece = state.come;
        state.come = new Map();
        yield piece;
      } else if (state.isDone) break;
      else await new Promise<void>((resolve) => (state.wake = resolve));
    }
  } finally {
    // Whoever stops in the middle, as by an error of their own, may well begin anew: not beside what is still going on.
    await ended;
  }
  await producing;
}
