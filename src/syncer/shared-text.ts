/** One text for all who ask at about the same time, so that asking often does not make it often. */

import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, systemClock } from '../kube/clock.ts';

export interface SharedTextOptions {
  /** Makes it, piece by piece. */
  readonly make: () => AsyncIterable<string>;
  /** For how long after it was made it is given to those who ask next. */
  readonly freshMs: number;
  readonly clock?: Clock;
}

/** A text that is made at most once at a time, when somebody asks for it. */
export class SharedText {
  readonly #make: () => AsyncIterable<string>;
  readonly #freshMs: number;
  readonly #clock: Clock;
  #made: Promise<Buffer> | undefined;
  #stopCount: () => void = () => undefined;

  constructor({ make, freshMs, clock = systemClock }: SharedTextOptions) {
    this.#make = make;
    this.#freshMs = freshMs;
    this.#clock = clock;
  }

  /** The text, in UTF-8: as it is being made, or was just made, or is made now. @throws what making it throws, to all who wait for it */
  async read(): Promise<Buffer> {
    this.#made ??= this.#begin();
    return this.#made;
  }

  /** Holds on to nothing any more: some MB, of which the next who asks may be half a minute away. */
  forget(): void {
    this.#stopCount();
    this.#made = undefined;
  }

  async #begin(): Promise<Buffer> {
    try {
      const pieces: Buffer[] = [];
      for await (const piece of this.#make()) {
        pieces.push(Buffer.from(piece));
        // Pieces that are there at once would give nobody else a turn.
        await turn();
      }
      // Counted from the end: however long it takes, there is a pause before it is made again.
      if (this.#made !== undefined) this.#stopCount = this.#clock.schedule(this.#freshMs, () => this.forget());
      return Buffer.concat(pieces);
    } catch (error) {
      this.#made = undefined;
      throw error;
    }
  }
}
