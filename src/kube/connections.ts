/** The connections to the API server: kept open, bounded, and opened anew when certificates change. */
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { TlsOptions } from './credentials.ts';

/** Two pools, so that watches, which hold a connection for minutes, never keep requests waiting. */
export interface Connections {
  readonly request: Requester;
  readonly stream: Requester;
}

export interface RequestOptions extends Dispatcher.RequestOptions {
  /** Called when there is a connection, right before the request is sent on it. What it throws ends the request. */
  readonly beforeSend?: (() => void) | undefined;
}

/** What sends requests to a fixed origin. */
export interface Requester {
  request(options: RequestOptions): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
  destroy(): Promise<void>;
}

export interface ConnectionPoolsOptions {
  /** `https://host:port` */
  readonly origin: string;
  readonly proxyUrl: string | undefined;
  /** Most connections for requests. */
  readonly connections: number;
}

/** An idle connection is kept this long: longer than any tick, shorter than the 60 s after which load balancers cut it. */
const KEEP_IDLE_MS = 50_000;
/** First TCP keep-alive probe after so long; client-go's value. A peer that vanished is noticed some 40 s after its last word. */
const FIRST_PROBE_MS = 30_000;
/** A page of 100 objects is 1 MB; one object may be 10 MB as JSON. What is larger would take a pod's memory to read. */
export const LARGEST_ANSWER_BYTES = 32 * 1024 * 1024;

/** Makes connections for the TLS options of the moment. */
export class ConnectionPools {
  readonly #options: ConnectionPoolsOptions;
  #current: { readonly tls: TlsOptions; readonly connections: Connections } | undefined;
  /** Pools with outdated certificates, until the last request on them is done. */
  readonly #closing = new Set<Requester>();

  constructor(options: ConnectionPoolsOptions) {
    this.#options = options;
  }

  /** The pools for these TLS options. When they change, new requests go to new pools, and the old ones close when idle. */
  for(tls: TlsOptions): Connections {
    if (this.#current !== undefined) {
      const { tls: known, connections } = this.#current;
      // Mostly the very same object; otherwise read anew, and mostly with the same content.
      if (known === tls || isDeepStrictEqual(known, tls)) return connections;
      this.#retire(connections.request);
      this.#retire(connections.stream);
    }
    const connections = { request: this.#open(tls, this.#options.connections), stream: this.#open(tls, null) };
    this.#current = { tls, connections };
    return connections;
  }

  /** Closes all connections at once, whatever is going on on them. */
  async close(): Promise<void> {
    const current = this.#current?.connections;
    this.#current = undefined;
    const all = current === undefined ? [...this.#closing] : [...this.#closing, current.request, current.stream];
    await Promise.all(all.map((pool) => pool.destroy()));
  }

  #open(tls: TlsOptions, connections: number | null): Requester {
    const { origin, proxyUrl } = this.#options;
    const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: FIRST_PROBE_MS };
    const options: Pool.Options = {
      connections,
      keepAliveTimeout: KEEP_IDLE_MS,
      maxResponseSize: connections === null ? -1 : LARGEST_ANSWER_BYTES,
      allowH2: false,
    };
    const pool =
      proxyUrl === undefined
        ? new Pool(origin, { ...options, connect })
        : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect });
    const asking = pool.compose(askBeforeSending);
    return {
      request: (request) => asking.request({ ...request, origin }),
      close: () => pool.close(),
      destroy: () => pool.destroy(),
    };
  }

  #retire(pool: Requester): void {
    this.#closing.add(pool);
    const forget = () => this.#closing.delete(pool);
    pool.close().then(forget, forget);
  }
}

/** A request may wait for a connection for long; what was true when it was made may not be true when it is sent. */
function askBeforeSending(dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch {
  return (options: Dispatcher.DispatchOptions & Pick<RequestOptions, 'beforeSend'>, handler) => {
    const { beforeSend } = options;
    if (beforeSend === undefined) return dispatch(options, handler);
    const asking = new Proxy(handler, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (property !== 'onRequestStart') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return (controller: Dispatcher.DispatchController, context: unknown) => {
          target.onRequestStart?.(controller, context);
          try {
            beforeSend();
          } catch (error) {
            controller.abort(error as Error);
          }
        };
      },
    });
    return dispatch(options, asking);
  };
}

/** A refusal is a few KB; whatever comes after so much of it is not worth reading. */
const LONGEST_REFUSAL_BYTES = 1024 * 1024;

/** The beginning of what a refusal says. */
export async function beginningOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= LONGEST_REFUSAL_BYTES) break; // Ends the body, too.
  }
  return Buffer.concat(chunks).toString('utf8');
}
