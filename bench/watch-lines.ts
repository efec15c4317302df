/** The lines of a watch and when each came, kept unread at next to no cost. */

import { nowMs } from './clock.ts';

export interface WatchLine {
  readonly atMs: number;
  readonly text: string;
}

/**
 * One watch. The API server ends those whose reader is slow, which a busy machine makes of any; it is opened again then, and brings
 * once more what is there.
 */
export class WatchLines implements AsyncDisposable {
  readonly #open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #chunks: { readonly atMs: number; readonly bytes: Uint8Array; readonly isFirst: boolean }[] = [];
  #cutLine: Uint8Array = Buffer.alloc(0);
  #failure: unknown;
  #lastMs = nowMs();

  /** @param open begins the watch, with everything that is there */
  constructor(open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>) {
    this.#open = open;
    this.#ended = this.#collect();
  }

  /** When something last came. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /**
   * The whole lines since the last call. A line came when its last byte did.
   *
   * @throws Error when the watch could not be opened
   */
  take(): WatchLine[] {
    if (this.#failure !== undefined) throw new Error('a watch of the bench failed', { cause: this.#failure });
    const chunks = this.#chunks;
    this.#chunks = [];
    const lines: WatchLine[] = [];
    for (const { atMs, bytes, isFirst } of chunks) {
      if (isFirst) this.#cutLine = Buffer.alloc(0);
      let from = 0;
      for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, from)) {
        lines.push({ atMs, text: Buffer.concat([this.#cutLine, bytes.subarray(from, end)]).toString('utf8') });
        this.#cutLine = Buffer.alloc(0);
        from = end + 1;
      }
      this.#cutLine = Buffer.concat([this.#cutLine, bytes.subarray(from)]);
    }
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('enough seen'));
    await this.#ended;
  }

  async #collect(): Promise<void> {
    const { signal } = this.#stop;
    try {
      while (!signal.aborted) {
        let isFirst = true;
        for await (const bytes of await this.#open(signal)) {
          this.#lastMs = nowMs();
          this.#chunks.push({ atMs: this.#lastMs, bytes, isFirst });
          isFirst = false;
        }
      }
    } catch (error) {
      this.#failure = error;
    }
  }
}
