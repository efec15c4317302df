/** How many things are done at the same time. */

/** Does something with every item, at most `width` at a time, in their order. Rejects with the first failure. */
export async function inFlight<T>(
  width: number,
  items: Iterable<T>,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await act(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Items that come one by one, done at most `width` at a time, in their order. */
export class Line<T> {
  readonly #width: number;
  readonly #act: (item: T) => Promise<unknown>;
  readonly #waiting: T[] = [];
  #busy = 0;

  constructor(width: number, act: (item: T) => Promise<unknown>) {
    this.#width = width;
    this.#act = act;
  }

  /** Returns at once. A failure is an unhandled rejection: whoever uses this has no answer to one. */
  add(item: T): void {
    this.#waiting.push(item);
    if (this.#busy < this.#width) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy += 1;
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) await this.#act(item);
    this.#busy -= 1;
  }
}
