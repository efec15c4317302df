/** One tick: what its queries brought so far, and whether it is worth going on. */

import type { Vector } from './answer.ts';
import type { Failure } from './failure.ts';

/** So many groups are asked for at a time, with two queries each. */
export const GROUPS_AT_ONCE = 4;
/** After so many failures in a row the rest of a tick waits for the next: a server that hangs would take its deadline for each. */
const MOST_IN_A_ROW = 2 * GROUPS_AT_ONCE;

/** What the queries of one tick brought so far, and whether it is worth going on. */
export class Tick {
  answered = false;
  /** How many groups of the queue were begun. */
  fromQueue = 0;
  /** When its time is over, on the clock that never jumps. */
  readonly endMs: number;
  readonly failures: Failure[] = [];
  #inARow = 0;
  #givenUp: Failure | undefined;

  constructor(endMs: number) {
    this.endMs = endMs;
  }

  /** Why the rest of the tick is not asked. */
  get givenUp(): Failure | undefined {
    return this.#givenUp;
  }

  /** The same, if it says something of those who were not asked: as long as the server answers somebody, it has no trouble with them. */
  get away(): Failure | undefined {
    return this.answered && this.#givenUp?.next.kind === 'later' ? undefined : this.#givenUp;
  }

  note(answer: Vector | Failure): void {
    if (answer.kind === 'vector') {
      this.answered = true;
      this.#inARow = 0;
      return;
    }
    this.failures.push(answer);
    this.#inARow += answer.next.kind === 'later' ? 1 : 0;
    const isSentAway = answer.next.kind === 'asked' || answer.next.kind === 'refused';
    if (isSentAway || this.#inARow >= MOST_IN_A_ROW) this.#givenUp ??= answer;
  }
}
