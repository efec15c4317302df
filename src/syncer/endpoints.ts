/** What the syncer answers over HTTP: /metrics for Prometheus, /healthz and /readyz for the kubelet. */

import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitConnections } from './connection-limit.ts';
import { SharedText } from './shared-text.ts';

// Not imported: an import reads all that node:http exports, which loads Node's own undici beside ours, 13 MB.
const { createServer } = process.getBuiltinModule('node:http');

export interface EndpointsOptions {
  readonly host: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
  readonly metrics: { readonly contentType: string; text(): AsyncIterable<string> };
  /**
   * Whether everything has been listed once. A process that waits to lead is as ready as the one that leads.
   */
  readonly isReady: () => boolean;
}

/** How long a client may take to ask, from when it connects. */
const ASK_MS = 5_000;
/** How often it is looked for those who take longer; Node's own 30 s would be that much more. */
const LOOK_MS = 1_000;
/** How long one may take to read what it is sent: Prometheus' own default. Whoever is slower keeps some MB in memory. */
const READ_MS = 10_000;
/** More at a time is no Prometheus and no kubelet. */
const MOST_CONNECTIONS = 64;
/** Far more than either sends, also with what a service mesh adds. */
const MOST_HEADER_BYTES = 8 * 1024;
/** For how long metrics are as good as new. Prometheus asks every few seconds at most. */
const FRESH_MS = 1_000;

/** The HTTP server. */
export class Endpoints {
  readonly #server: Server;
  readonly #metrics: SharedText;

  private constructor(server: Server, metrics: SharedText) {
    this.#server = server;
    this.#metrics = metrics;
  }

  /** Begins to listen. @throws the system's error if the address cannot be had */
  static async listen(options: EndpointsOptions): Promise<Endpoints> {
    const metrics = new SharedText({ make: () => options.metrics.text(), freshMs: FRESH_MS });
    const limits = {
      ...{ requestTimeout: ASK_MS, headersTimeout: ASK_MS, connectionsCheckingInterval: LOOK_MS },
      ...{ maxHeaderSize: MOST_HEADER_BYTES },
    };
    const server = createServer(limits, (request, response) => {
      const cut = setTimeout(() => response.destroy(), READ_MS);
      response.once('close', () => clearTimeout(cut));
      // A client that went away while it was answered is not worth a word.
      answer(options, metrics, request, response).catch(() => response.destroy());
    });
    // One request a connection: one that is kept open is one more that nobody may need, and many may be asked on it at once.
    server.maxRequestsPerSocket = 1;
    limitConnections(server, MOST_CONNECTIONS);
    server.listen(options.port, options.host);
    await once(server, 'listening');
    // Such as too many open files: this one connection fails, and the next may not.
    server.on('error', () => undefined);
    return new Endpoints(server, metrics);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends at once, whoever is being answered. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    this.#metrics.forget();
  }
}

async function answer(
  { metrics: { contentType }, isReady }: EndpointsOptions,
  metrics: SharedText,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('connection', 'close');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    say(response.setHeader('allow', 'GET, HEAD'), 405, 'only GET is answered');
    return;
  }
  switch (request.url?.split('?')[0]) {
    case '/metrics':
      response.setHeader('content-type', contentType).end(await metrics.read());
      return;
    // That this is answered is all there is to say: an API server that is away is nothing that a restart would mend.
    case '/healthz':
      say(response, 200, 'ok');
      return;
    case '/readyz':
      if (isReady()) say(response, 200, 'ok');
      else say(response, 503, 'the first lists are not in yet');
      return;
    default:
      say(response, 404, 'there are /metrics, /healthz and /readyz');
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
