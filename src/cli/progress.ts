/** How far long work has come, for whoever waits at a terminal. */

import { printable } from '../api/printable.ts';
import type { Io, Output } from './io.ts';

/** What is done sooner needs no telling. */
const SILENT_MS = 1_000;
/** More often than this nobody can read. */
const PAUSE_MS = 100;

const CLEAR = '\r\u001b[K';

/** One line on a terminal, written again and again, and gone at the end; nothing anywhere else. */
export class Progress {
  readonly #output: Output;
  readonly #isShown: boolean;
  readonly #monotonicMs: () => number;
  readonly #startMs: number;
  #drawnMs = -Infinity;
  #isDrawn = false;

  constructor({ stderr, env }: Pick<Io, 'stderr' | 'env'>, monotonicMs: () => number = () => performance.now()) {
    this.#output = stderr;
    this.#isShown = stderr.isTTY === true && env.TERM !== 'dumb';
    this.#monotonicMs = monotonicMs;
    this.#startMs = monotonicMs();
  }

  /** Says how far it is: `comparing 120 of 1000`. */
  tell(text: string): void {
    if (!this.#isShown) return;
    const nowMs = this.#monotonicMs();
    if (nowMs - this.#startMs < SILENT_MS || nowMs - this.#drawnMs < PAUSE_MS) return;
    this.#drawnMs = nowMs;
    this.#isDrawn = true;
    this.#output.write(`${CLEAR}${printable(text)}`);
  }

  /** Takes the line away, before anything else is written and at the end. */
  clear(): void {
    if (this.#isDrawn) this.#output.write(CLEAR);
    this.#isDrawn = false;
  }
}
