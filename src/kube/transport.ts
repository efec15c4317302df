/** HTTP to one API server: kept connections, a deadline on every request, and credentials that stay fresh. */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { messageOf } from '../net/cause.ts';
import { connectionTrouble, isAnswerToPlainHttp } from '../net/connection-trouble.ts';
import { onAbort } from './abort.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { CONNECTION_ADVICE, EXPECTS_TLS } from './connection-advice.ts';
import { beginningOf, ConnectionPools, LARGEST_ANSWER_BYTES } from './connections.ts';
import { type Credentials, FreshCredentials } from './credentials.ts';
import { Deadline } from './deadline.ts';
import { KubeError } from './errors.ts';
import type { Identity } from './identity.ts';
import { parseRetryAfter, retryAfter } from './retry.ts';
import { answerError } from './status.ts';

/** One request to the API server. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Absolute and encoded, see `resourcePath`. */
  readonly path: string;
  /** What it is about, for messages: `Deployment shop/web`. */
  readonly target: string;
  /** How messages call it. Default: the method. */
  readonly verb?: string;
  /** Entries that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** @default 'application/json' */
  readonly contentType?: string;
  /** Sending it twice has the same effect as once, so it may be sent again. Default: only GET. */
  readonly idempotent?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called right before each attempt is sent. What it throws (a KubeError) ends the call, and nothing is sent. */
  readonly beforeSend?: (() => void) | undefined;
  /** Deadline of each attempt, from sending to the last byte of the answer; of a stream, to its first. */
  readonly timeoutMs?: number;
}

/** What became of one attempt; for metrics. */
export interface AttemptReport {
  readonly method: string;
  readonly verb: string;
  /** Undefined if no answer came. */
  readonly status: number | undefined;
  readonly durationMs: number;
}

export interface TransportOptions {
  readonly identity: Pick<Identity, 'server' | 'proxyUrl' | 'read'>;
  /** Names this program in the API server's audit log, such as `elasticweb-syncer/1.2.3`. */
  readonly userAgent: string;
  /** Most connections for requests; a watch has one of its own. @default 16 */
  readonly connections?: number;
  /** @default 30000 */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Ends every call. */
  readonly signal?: AbortSignal;
  readonly onAttempt?: (report: AttemptReport) => void;
}

type Answer = Dispatcher.ResponseData;

/** A keep-alive transport to one API server. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #basePath: string;
  readonly #credentials: FreshCredentials;
  readonly #pools: ConnectionPools;

  constructor(options: TransportOptions) {
    const { identity } = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    const server = new URL(identity.server);
    this.#basePath = server.pathname.replace(/\/$/, '');
    this.#credentials = new FreshCredentials(identity, this.#clock);
    this.#pools = new ConnectionPools({
      origin: server.origin,
      proxyUrl: identity.proxyUrl,
      connections: options.connections ?? 16,
    });
  }

  /**
   * Sends a request and returns the parsed answer. What may safely be sent again is sent again, a few times (see retry.ts).
   *
   * @throws KubeError for every failure but one: if the signal of the call aborts, its reason
   */
  async request(given: ApiCall): Promise<unknown> {
    const call = { ...given, signal: this.#signalOf(given) };
    for (let attempt = 1; ; attempt += 1) {
      call.signal?.throwIfAborted();
      try {
        return await this.#authenticated(call, (credentials) => this.#attempt(call, credentials));
      } catch (error) {
        const idempotent = call.idempotent ?? call.method === 'GET';
        const waitMs =
          error instanceof KubeError ? retryAfter({ attempt, error, idempotent, random: this.#random }) : undefined;
        if (waitMs === undefined) throw error;
        await sleep(this.#clock, waitMs, call.signal);
        call.signal?.throwIfAborted();
      }
    }
  }

  /**
   * Sends a request and returns the body of the answer as it comes, on a connection of its own. The deadline is for the
   * beginning of the answer. Not sent again, except with other credentials: whoever reads streams knows how to start anew.
   *
   * @throws as `request`; reading the bytes throws KubeError, or the reason of the abort
   */
  async stream(given: ApiCall): Promise<AsyncIterable<Uint8Array>> {
    const call = { ...given, signal: this.#signalOf(given) };
    return this.#authenticated(call, async (credentials) => {
      const deadline = new Deadline(this.#clock, this.#timeoutMs(call), call.signal);
      try {
        const answer = await this.#send(call, credentials, deadline, 'stream');
        if (answer.statusCode >= 300) throw await this.#refusal(call, answer);
        deadline.lift();
        return this.#bytes(call, answer.body, deadline);
      } catch (error) {
        deadline.end();
        throw this.#failure(call, error, deadline);
      }
    });
  }

  /** Closes all connections, watches included. */
  close(): Promise<void> {
    return this.#pools.close();
  }

  /**
   * Tries once more when the server does not know us: a token may have been replaced since it was read. When it is not reached, it may be we
   * who do not know it: the CA, too, is replaced now and then.
   */
  async #authenticated<R>(call: ApiCall, send: (credentials: Credentials) => Promise<R>): Promise<R> {
    const credentials = await this.#readCredentials(call);
    try {
      return await send(credentials);
    } catch (error) {
      if (error instanceof KubeError && error.reason === 'Unreachable') this.#credentials.doubt(credentials);
      if (!(error instanceof KubeError) || error.status !== 401) throw error;
      this.#credentials.refused(credentials);
      return await send(await this.#readCredentials(call));
    }
  }

  async #readCredentials(call: ApiCall): Promise<Credentials> {
    try {
      return await this.#credentials.get();
    } catch (error) {
      throw new KubeError({ ...about(call), reason: 'Unreachable', message: messageOf(error), cause: error });
    }
  }

  async #attempt(call: ApiCall, credentials: Credentials): Promise<unknown> {
    const deadline = new Deadline(this.#clock, this.#timeoutMs(call), call.signal);
    try {
      const answer = await this.#send(call, credentials, deadline, 'request');
      if (answer.statusCode >= 300) throw await this.#refusal(call, answer);
      return parseAnswer(call, await answer.body.text());
    } catch (error) {
      throw this.#failure(call, error, deadline);
    } finally {
      deadline.end();
    }
  }

  async #send(call: ApiCall, credentials: Credentials, deadline: Deadline, use: 'request' | 'stream'): Promise<Answer> {
    const startMs = this.#clock.monotonicMs();
    let status: number | undefined;
    try {
      const sent = this.#pools.for(credentials.tls)[use].request({
        method: call.method,
        path: this.#basePath + call.path + queryString(call.query),
        headers: {
          accept: 'application/json',
          'user-agent': this.#options.userAgent,
          ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
          ...credentials.headers,
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal: deadline.signal,
        beforeSend: call.beforeSend,
        // The deadline is ours.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const answer = await unlessAborted(sent, deadline.signal);
      status = answer.statusCode;
      return answer;
    } finally {
      const durationMs = this.#clock.monotonicMs() - startMs;
      this.#options.onAttempt?.({ method: call.method, verb: call.verb ?? call.method, status, durationMs });
    }
  }

  async *#bytes(call: ApiCall, body: Readable, deadline: Deadline): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw this.#failure(call, error, deadline);
    } finally {
      deadline.end();
    }
  }

  async #refusal(call: ApiCall, answer: Answer): Promise<KubeError> {
    const text = await beginningOf(answer.body);
    const { server } = this.#options.identity;
    if (server.startsWith('http:') && answer.statusCode === 400 && isAnswerToPlainHttp(text)) {
      return new KubeError({
        ...about(call),
        reason: 'Unreachable',
        message: `no answer from ${server}: ${EXPECTS_TLS}`,
      });
    }
    return answerError(about(call), answer.statusCode, text, parseRetryAfter(answer.headers['retry-after']));
  }

  /** Whatever went wrong, as what `request` promises to throw. */
  #failure(call: ApiCall, error: unknown, deadline: Deadline): unknown {
    if (error instanceof KubeError) return error;
    if (call.signal?.aborted === true) return call.signal.reason;
    const server = this.#options.identity.server;
    if (codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
      const message = `expected an answer of at most ${LARGEST_ANSWER_BYTES / 2 ** 20} MiB, found more`;
      return new KubeError({ ...about(call), reason: 'AnswerTooLarge', message, cause: error });
    }
    const [reason, message] = deadline.passed
      ? ['DeadlineExceeded', `expected an answer from ${server} within ${this.#timeoutMs(call)} ms`]
      : ['Unreachable', `no answer from ${server}: ${connectionTrouble(error, CONNECTION_ADVICE)}`];
    return new KubeError({ ...about(call), reason, message, cause: error });
  }

  #signalOf({ signal: own }: ApiCall): AbortSignal | undefined {
    const { signal: all } = this.#options;
    return own !== undefined && all !== undefined ? AbortSignal.any([own, all]) : (own ?? all);
  }

  #timeoutMs(call: ApiCall): number {
    return call.timeoutMs ?? this.#options.timeoutMs ?? 30_000;
  }
}

/** undici looks at the signal only once it has a connection: a server that hangs gives none, and a busy pool gives one late. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let forget: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(signal.reason as Error));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    forget();
    promise.catch(() => undefined); // Told already.
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function about(call: ApiCall): { verb: string; target: string } {
  return { verb: call.verb ?? call.method, target: call.target };
}

function queryString(query: ApiCall['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

function parseAnswer(call: ApiCall, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `expected JSON, found ${text.length} characters of something else; is this address an API server?`;
    throw new KubeError({ ...about(call), reason: 'UnusableAnswer', message, cause: error });
  }
}
