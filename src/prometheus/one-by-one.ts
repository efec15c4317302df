/** Runs what needs much memory or time one after the other. */

import { setImmediate as otherWork } from 'node:timers/promises';

/** A queue for one. Its tasks run in the order in which they came, and the rest of the program goes on in between. */
export class OneByOne {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @throws the reason of the signal if it aborts before the turn of the task; what the task throws, which the others do not see */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#waiting === 0 ? undefined : this.#last;
    const turn = this.#take(before, task, signal);
    this.#last = turn.catch(() => undefined);
    this.#waiting += 1;
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #take<T>(before: Promise<unknown> | undefined, task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (before !== undefined) {
      await before;
      await otherWork();
    }
    signal.throwIfAborted();
    return task();
  }
}
