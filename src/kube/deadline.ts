/** A signal that aborts when time runs out, or when the caller's own signal does. */
import type { Clock } from './clock.ts';

/** A time limit on something that takes a signal. Whoever makes one must `end` it. */
export class Deadline {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #parent: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort(this.#parent?.reason);
  #cancel: () => void = () => undefined;
  #passed = false;

  constructor(clock: Clock, timeoutMs: number, parent: AbortSignal | undefined) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#parent = parent;
    if (parent?.aborted === true) this.#abort();
    parent?.addEventListener('abort', this.#abort, { once: true });
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the time that ran out. */
  get passed(): boolean {
    return this.#passed;
  }

  /** Counts from now again. */
  restart(): void {
    this.#cancel();
    this.#cancel = this.#clock.schedule(this.#timeoutMs, () => {
      this.#passed = true;
      this.#controller.abort(new Error(`nothing for ${this.#timeoutMs} ms`));
    });
  }

  /** The time limit no longer applies; the caller's abort still does. */
  lift(): void {
    this.#cancel();
  }

  /** Nothing applies any more. */
  end(): void {
    this.#cancel();
    this.#parent?.removeEventListener('abort', this.#abort);
  }
}
