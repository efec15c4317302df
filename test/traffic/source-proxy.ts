/** What stands between the syncer and Prometheus: passes queries on, counts them, asks for a token if told to, and misbehaves if told to. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { type Misbehaviour, withoutResult, withValue } from './misbehaviour.ts';

/** A request, and what became of it. */
export interface SeenQuery {
  /** Of performance.now(). */
  readonly atMs: number;
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  /** The body of a POST. */
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  /** Undefined as long as it is not answered, and for good when it never is. */
  status: number | undefined;
}

export class SourceProxy implements AsyncDisposable {
  /** http://127.0.0.1:PORT/ */
  readonly url: string;
  /** What happens to queries that come from now on; undefined: they are passed on. */
  misbehave: Misbehaviour | undefined;
  /** The Authorization header without which everything is answered with 401; undefined: none is asked for. */
  authorization: string | undefined;
  readonly #upstream: string;
  readonly #server: Server;
  readonly #agent = new Agent();
  readonly #seen: SeenQuery[] = [];
  readonly #ended = new AbortController();

  /** @param upstream http://HOST:PORT/ of the Prometheus, which need not run */
  static async start(upstream: string): Promise<SourceProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SourceProxy(upstream, server);
  }

  private constructor(upstream: string, server: Server) {
    this.#upstream = upstream;
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** All requests so far, in the order in which they came. */
  get seen(): readonly SeenQuery[] {
    return this.#seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#agent.destroy()]);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = request;
    try {
      const body = await buffer(request);
      const query: SeenQuery = {
        atMs: performance.now(),
        method,
        path,
        body: body.toString(),
        headers,
        status: undefined,
      };
      this.#seen.push(query);
      response.once('finish', () => (query.status = response.statusCode));
      await this.#answer(query, response);
    } catch {
      response.destroy(); // Whoever is left has to hear that the other one went away.
    }
  }

  async #answer(query: SeenQuery, response: ServerResponse): Promise<void> {
    if (this.authorization !== undefined && query.headers.authorization !== this.authorization) {
      response.writeHead(401, { 'content-type': 'text/plain' }).end('Unauthorized\n');
      return;
    }
    const how = this.misbehave;
    switch (how?.kind) {
      case undefined:
        return this.#pass(query, response, (answer) => answer);
      case 'status':
        response.writeHead(how.status, { 'content-type': 'text/plain', ...how.headers }).end('no\n');
        return;
      case 'slow':
        await sleep(how.ms, undefined, { signal: this.#ended.signal });
        return this.#pass(query, response, (answer) => answer);
      case 'body':
        response.writeHead(200, { 'content-type': how.type }).end(how.body);
        return;
      case 'values':
        return this.#pass(query, response, (answer) =>
          JSON.stringify(withValue(JSON.parse(answer) as object, how.value)),
        );
      case 'empty':
        return this.#pass(query, response, (answer) => JSON.stringify(withoutResult(JSON.parse(answer) as object)));
      case 'hang up':
        response.destroy();
        return;
      default:
        how satisfies never;
    }
  }

  async #pass(query: SeenQuery, response: ServerResponse, rewrite: (answer: string) => string): Promise<void> {
    const { method, path, body } = query;
    const { 'content-type': type, authorization } = query.headers;
    const answer = await this.#agent.request({
      origin: new URL(this.#upstream).origin,
      path,
      method: method,
      // What is compressed cannot be rewritten, so nobody is asked for that.
      headers: {
        ...(type !== undefined && { 'content-type': type }),
        ...(authorization !== undefined && { authorization }),
      },
      body: body === '' ? null : body,
      signal: this.#ended.signal,
    });
    const text = await answer.body.text();
    response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(rewrite(text));
  }
}
