/** Who sends the requests: real ones, over connections that stay, at a rate that does not wait for answers. */

import { type Dispatcher, Pool } from 'undici';
import { type Rate, steady } from './rates.ts';

export interface LoadOptions {
  /** http://HOST:PORT of the server. */
  readonly origin: string;
  /** The path of the next request; undefined: there is nobody to send it to. */
  readonly nextPath: () => string | undefined;
  /** Default: none. */
  readonly rate?: Rate;
}

/** What became of the requests so far. */
export interface Sent {
  readonly served: number;
  /** Answered with 503: too many. */
  readonly refused: number;
  /** Another answer, or none. */
  readonly failed: number;
  /** There was nobody to send it to. */
  readonly unsent: number;
}

const CONNECTIONS = 16;
const EVERY_MS = 20;
/** What a process that was held up has missed longer ago than this is not sent any more. */
const CATCH_UP_MS = 1_000;

export class Load implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #nextPath: LoadOptions['nextPath'];
  readonly #timer: NodeJS.Timeout;
  #rate: Rate;
  #sinceMs: number;
  #lastMs: number;
  /** A part of a request that is due. */
  #due = 0;
  readonly #sent = { served: 0, refused: 0, failed: 0, unsent: 0 };

  constructor({ origin, nextPath, rate = steady(0) }: LoadOptions) {
    this.#pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
    this.#nextPath = nextPath;
    this.#rate = rate;
    this.#sinceMs = this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), EVERY_MS);
  }

  get sent(): Sent {
    return { ...this.#sent };
  }

  /** From now on, so many requests a second, or so many by the seconds from now on. */
  set(rate: number | Rate): void {
    this.#rate = typeof rate === 'number' ? steady(rate) : rate;
    this.#sinceMs = performance.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#pool.destroy();
  }

  #tick(): void {
    const nowMs = performance.now();
    const passedMs = Math.min(nowMs - this.#lastMs, CATCH_UP_MS);
    this.#lastMs = nowMs;
    this.#due += (this.#rate((nowMs - this.#sinceMs) / 1000) * passedMs) / 1000;
    for (; this.#due >= 1; this.#due -= 1) this.#send();
  }

  #send(): void {
    const path = this.#nextPath();
    if (path === undefined) {
      this.#sent.unsent += 1;
      return;
    }
    this.#pool.dispatch({ method: 'GET', path }, this.#handler());
  }

  /** The least that a request takes: only the status is looked at. */
  #handler(): Dispatcher.DispatchHandler {
    const sent = this.#sent;
    return {
      onRequestStart: () => undefined, // Must be there.
      onResponseStart(_, status) {
        if (status < 500) sent.served += 1;
        else if (status === 503) sent.refused += 1;
        else sent.failed += 1;
      },
      onResponseData: () => undefined,
      onResponseEnd: () => undefined,
      onResponseError: () => {
        sent.failed += 1;
      },
    };
  }
}
