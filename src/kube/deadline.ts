/** A signal that aborts when time runs out, or when the caller's own signal does. */
import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';

/** A time limit on something that takes a signal. Whoever makes one must `end` it. */
export class Deadline {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #controller = new AbortController();
  readonly #forgetParent: () => void;
  #cancel: () => void = () => undefined;
  #passed = false;

  constructor(clock: Clock, timeoutMs: number, parent: AbortSignal | undefined) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#forgetParent = onAbort(parent, () => this.#controller.abort(parent?.reason));
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
    this.#forgetParent();
  }
}
