/** An ingress: takes the requests for a Service, counts all of them, and passes them on to its pods, when there are any. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import type { Fleet } from './fleet.ts';
import type { Target } from './targets-file.ts';

/** The counter of a well-known ingress controller. */
export const INGRESS_COUNTER = 'nginx_ingress_controller_requests';

/** `/NAMESPACE/SERVICE` is the way to a Service; `/metrics` has a series of each Service that was ever asked for, or announced. */
export class Ingress implements AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  /** Its series bring the namespace of the Service with them, so the target has none. */
  readonly target: Target;
  readonly #server: Server;
  readonly #counts = new Map<string, number>();
  #upstream: { readonly fleet: Fleet; readonly pool: Pool } | undefined;

  static async start(): Promise<Ingress> {
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Ingress(server);
  }

  private constructor(server: Server) {
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.origin = `http://${address}`;
    this.target = { address, path: '/metrics', labels: { instance: address } };
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Whose pods the requests go to; until then there are none. */
  leadTo(fleet: Fleet): void {
    this.#upstream = { fleet, pool: new Pool(fleet.origin, { connections: 16 }) };
  }

  /** A Service that it knows of has a counter, which begins at 0. */
  announce(namespace: string, service: string): void {
    this.#counts.set(`${namespace}/${service}`, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#upstream?.pool.destroy()]);
  }

  async #answer({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url === '/metrics') {
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(this.#text());
      return;
    }
    const [, namespace = '', service = ''] = url.split('/', 3);
    const key = `${namespace}/${service}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    const path = this.#upstream?.fleet.nextPath(namespace, service);
    if (this.#upstream === undefined || path === undefined) {
      response.writeHead(503).end();
      return;
    }
    try {
      const { statusCode, body } = await this.#upstream.pool.request({ method: 'GET', path });
      await body.dump();
      response.writeHead(statusCode).end();
    } catch {
      response.writeHead(502).end(); // The pod went away.
    }
  }

  #text(): string {
    const lines = [...this.#counts].map(([key, count]) => {
      const [namespace = '', service = ''] = key.split('/');
      return `${INGRESS_COUNTER}{namespace="${namespace}",ingress="${service}",status="200"} ${count}`;
    });
    return [`# TYPE ${INGRESS_COUNTER} counter`, ...lines, ''].join('\n');
  }
}
