/** Who we are to the API server, kept fresh: read again when old or refused, and never lost to one failed read. */
import type { ConnectionOptions } from 'node:tls';
import { type Clock, systemClock } from './clock.ts';

/** The part of a TLS connection that says whom we trust and who we are. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername'
>;

/** One reading of the credentials. */
export interface Credentials {
  /** Headers for every request, such as `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
}

export interface CredentialSource {
  /**
   * Reads the credentials.
   *
   * @param fresh drop whatever an earlier reading kept, such as the answer of an exec plugin
   */
  read(fresh: boolean): Promise<Credentials>;
}

/** Projected service account tokens change about once an hour, long before they expire; client-go looks once a minute. */
const READ_AGAIN_AFTER_MS = 60_000;
/** When a read fails, or the server is not reached, the credentials at hand are used so long until the next read. */
const TRY_AGAIN_AFTER_MS = 5_000;

/** Credentials at most a minute old. */
export class FreshCredentials {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  #current: Credentials | undefined;
  #readAgainAtMs = 0;
  #readMs = 0;
  #reading: Promise<Credentials> | undefined;

  constructor(source: CredentialSource, clock: Clock = systemClock) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * The credentials to use now. While they can be used, a failed read changes nothing: the file may just be replaced.
   *
   * @throws whatever the source throws, if there is nothing to fall back on
   */
  async get(): Promise<Credentials> {
    if (this.#current !== undefined && this.#clock.monotonicMs() < this.#readAgainAtMs) return this.#current;
    // Many requests may ask at once; they share one reading.
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Says that the server refused these credentials. If they are still the current ones, the next `get` reads anew. */
  refused(credentials: Credentials): void {
    if (this.#current === credentials) this.#current = undefined;
  }

  /**
   * Says that the server was not reached with these credentials. It may have a certificate of another CA by now, and the file with that CA
   * may come a moment later. They stay in use, and are read again sooner.
   */
  doubt(credentials: Credentials): void {
    if (this.#current !== credentials) return;
    this.#readAgainAtMs = Math.min(this.#readAgainAtMs, this.#readMs + TRY_AGAIN_AFTER_MS);
  }

  async #read(): Promise<Credentials> {
    const fallback = this.#current;
    try {
      this.#current = await this.#source.read(fallback === undefined);
      this.#readMs = this.#clock.monotonicMs();
      this.#readAgainAtMs = this.#readMs + READ_AGAIN_AFTER_MS;
      return this.#current;
    } catch (error) {
      if (fallback === undefined) throw error;
      this.#readMs = this.#clock.monotonicMs();
      this.#readAgainAtMs = this.#readMs + TRY_AGAIN_AFTER_MS;
      return fallback;
    }
  }
}
