/** What the syncer answers over HTTP: /metrics for Prometheus, /healthz and /readyz for the kubelet. */

import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

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

/** How long a client may take to ask. */
const ASK_MS = 10_000;
/** How long one may take to read what it is sent. */
const READ_MS = 30_000;
/** More at a time is no Prometheus and no kubelet. */
const MOST_CONNECTIONS = 64;

/** The HTTP server. */
export class Endpoints {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Begins to listen. @throws the system's error if the address cannot be had */
  static async listen(options: EndpointsOptions): Promise<Endpoints> {
    const server = createServer({ requestTimeout: ASK_MS, headersTimeout: ASK_MS }, (request, response) => {
      const cut = setTimeout(() => response.destroy(), READ_MS);
      response.once('close', () => clearTimeout(cut));
      // A client that went away while it was answered is not worth a word.
      answer(options, request, response).catch(() => response.destroy());
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.listen(options.port, options.host);
    await once(server, 'listening');
    // Such as too many open files: this one connection fails, and the next may not.
    server.on('error', () => undefined);
    return new Endpoints(server);
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
  }
}

async function answer(
  { metrics, isReady }: EndpointsOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    say(response.setHeader('allow', 'GET, HEAD'), 405, 'only GET is answered');
    return;
  }
  switch (request.url?.split('?')[0]) {
    case '/metrics':
      response.setHeader('content-type', metrics.contentType);
      await pipeline(Readable.from(metrics.text()), response);
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
