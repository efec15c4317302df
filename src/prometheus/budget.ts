/** How much of the answers of one server is held at a time, all of them together. */

/** Two of the largest, or all answers about some forty thousand ElasticWebs; what is parsed of them takes some times as much. */
const BUDGET_BYTES = 32 * 1024 * 1024;

/** What is held of one answer. */
export interface Share {
  readonly budgetBytes: number;
  /** @returns whether there is room for so much more */
  take(bytes: number): boolean;
  /** Gives back all that was taken. */
  end(): void;
}

/** Each answer has a share, which ends when its text is done with. */
export class Budget {
  #left = BUDGET_BYTES;

  share(): Share {
    let taken = 0;
    return {
      budgetBytes: BUDGET_BYTES,
      take: (bytes) => {
        if (bytes > this.#left) return false;
        this.#left -= bytes;
        taken += bytes;
        return true;
      },
      end: () => {
        this.#left += taken;
        taken = 0;
      },
    };
  }
}
