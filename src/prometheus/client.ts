/** One query to one Prometheus server: sent, waited for within bounds, and its answer read or its failure named. */

import type { LookupFunction } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { Pool } from 'undici';
import { innermostCause } from '../net/cause.ts';
import { connectionTrouble, isAnswerToPlainHttp } from '../net/connection-trouble.ts';
import { checkedLookup, ForbiddenAddressError } from './addresses.ts';
import { type Flaw, parseAnswer, type Vector } from './answer.ts';
import type { Signer } from './aws.ts';
import { type Body, beginningOf, readBody, UnusableBody } from './body.ts';
import { Budget } from './budget.ts';
import { CONNECTION_ADVICE, EXPECTS_TLS } from './connection-advice.ts';
import type { Credentials } from './credentials.ts';
import { TimedOut, withDeadline } from './deadline.ts';
import { type Failure, failure } from './failure.ts';
import { OneByOne } from './one-by-one.ts';
import type { Server } from './settings.ts';
import { refusal } from './status.ts';
import type { TlsFiles } from './tls-files.ts';

export interface ClientOptions {
  readonly server: Server;
  readonly signer: Signer | undefined;
  /** Names this program, such as `elasticweb-syncer/1.2.3`. */
  readonly userAgent: string;
  /** For each query, from its beginning to the last byte of its answer. */
  readonly timeoutMs: number;
  readonly connections: number;
  /** Who knows the addresses of a name; default: the system. */
  readonly lookup?: LookupFunction | undefined;
}

/** An idle connection is kept this long: longer than any tick, shorter than the 60 s after which load balancers cut it. */
const KEEP_IDLE_MS = 50_000;

/** Sends queries over connections that are kept. */
export class Client {
  readonly #options: ClientOptions;
  readonly #lookup: LookupFunction;
  readonly #budget = new Budget();
  readonly #parsing = new OneByOne();
  #current: { readonly tls: TlsFiles; readonly pool: Pool } | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#lookup = checkedLookup(options.lookup);
  }

  /** How messages call the server. */
  get name(): string {
    return `Prometheus at ${this.#options.server.host}`;
  }

  /**
   * Asks for the value of a query now. Everything that can go wrong out there is a failure, in words that have nothing of what was sent.
   *
   * @throws only the reason of an abort by the caller
   */
  async query(query: string, credentials: Credentials, signal: AbortSignal): Promise<Vector | Failure> {
    const { timeoutMs } = this.#options;
    try {
      return await withDeadline(timeoutMs, signal, (within) => this.#query(query, credentials, within));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TimedOut) {
        return failure('SourceUnreachable', `${this.name} did not give a whole answer within ${timeoutMs} ms`);
      }
      if (error instanceof UnusableBody) {
        return failure('InvalidAnswer', `${this.name} ${error.message}`);
      }
      return failure('SourceUnreachable', `no answer from ${this.name}: ${whyNot(error)}`);
    }
  }

  /** Closes all connections at once, whatever is going on on them. */
  async close(): Promise<void> {
    const pool = this.#current?.pool;
    this.#current = undefined;
    await pool?.destroy();
  }

  async #query(query: string, { headers: known, tls }: Credentials, signal: AbortSignal): Promise<Vector | Failure> {
    const { server, signer, userAgent } = this.#options;
    const body = new URLSearchParams({ query }).toString();
    const unsigned = {
      ...Object.fromEntries(server.headers.map(([name, value]) => [name.toLowerCase(), value])),
      ...known,
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': userAgent,
    };
    const headers = signer === undefined ? unsigned : await signer.sign({ ...server, headers: unsigned, body });
    if (isFailure(headers)) return headers;
    // Never another address than the one that was set: undici follows no redirect.
    const answer = await this.#pool(tls).request({ method: 'POST', path: server.path, headers, body, signal });
    if (answer.statusCode !== 200) {
      if (answer.statusCode === 400 && server.origin.startsWith('http:')) {
        const beginning = await beginningOf(answer.body);
        if (isAnswerToPlainHttp(beginning)) {
          return failure('SourceFailed', `${this.name} ${EXPECTS_TLS}`);
        }
      }
      answer.body.on('error', () => undefined).destroy(); // Whatever it says, it is not for us to tell.
      return refusal(this.name, answer.statusCode, answer.headers['retry-after']);
    }
    const parsed = await this.#parsed(answer, signal);
    return parsed.kind === 'vector' ? parsed : failure(parsed.reason, `${this.name} answered with ${parsed.what}`);
  }

  /** What answers of the greatest size permitted take all together must fit into the memory of a pod, so only one at a time is parsed. */
  async #parsed(answer: Body, signal: AbortSignal): Promise<Vector | Flaw> {
    const share = this.#budget.share();
    try {
      const text = await readBody(answer, share, signal);
      return await this.#parsing.run(() => parseAnswer(text), signal);
    } finally {
      share.end();
    }
  }

  /** The pool for these TLS files. When they change, new queries go to a new one, and the old one closes when its last is done. */
  #pool(tls: TlsFiles): Pool {
    if (this.#current !== undefined) {
      if (isDeepStrictEqual(this.#current.tls, tls)) return this.#current.pool;
      this.#current.pool.close().catch(() => undefined); // Nobody waits for it.
    }
    const { server, connections, timeoutMs } = this.#options;
    const pool = new Pool(server.origin, {
      connections,
      connect: { ...tls, timeout: timeoutMs, lookup: this.#lookup },
      keepAliveTimeout: KEEP_IDLE_MS,
      // The deadline is ours.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
    this.#current = { tls, pool };
    return pool;
  }
}

/** Why there is no connection: the name may lead to where none is made, or there is trouble on the way. */
function whyNot(error: unknown): string {
  const cause = innermostCause(error);
  return cause instanceof ForbiddenAddressError ? cause.message : connectionTrouble(error, CONNECTION_ADVICE);
}

function isFailure(value: Readonly<Record<string, string>> | Failure): value is Failure {
  return value.kind === 'failed';
}
