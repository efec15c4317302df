/** Runs what needs much memory or time one after the other. */

import { setImmediate as otherWork } from 'node:timers/promises';

/** A queue for one. Its tasks run in the order in which they came, and the rest of the program goes on in between. */
export class OneByOne {
  #last: Promise<unknown> = Promise.resolve();

  /** @throws the reason of the signal if it aborts before the turn of the task; what the task throws, which the others do not see */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.#last.then(async () => {
      await otherWork();
      signal.throwIfAborted();
      return task();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
