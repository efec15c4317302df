/** An HTTP server on this machine that plays the API server by a script, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { Credentials } from '../../src/kube/credentials.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Script = (asked: Asked, response: ServerResponse) => void | Promise<void>;

export interface ApiStub {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** How many connections were opened so far. */
  readonly connections: () => number;
  readonly openConnections: () => number;
  /** Cuts all connections that are open. */
  readonly cut: () => void;
  /** What `Transport` takes as identity, without credentials unless some are given. */
  readonly identity: { server: string; proxyUrl: undefined; read: () => Promise<Credentials> };
}

/** Starts a server that answers by the script; it ends with the test. */
export async function startApiStub(t: TestContext, script: Script): Promise<ApiStub> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://stub');
    const one = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await text(request),
    };
    asked.push(one);
    await script(one, response);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    cut();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const read = () => Promise.resolve({ headers: {}, tls: {} });
  return {
    ...{ url, asked, cut, connections: () => connections, openConnections: () => sockets.size },
    identity: { server: url, proxyUrl: undefined, read },
  };
}

/** Answers with JSON. */
export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Answers with an error, as the API server words it. */
export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  headers: Record<string, string> = {},
): void {
  reply(response, code, statusOf(code, reason), headers);
}

export function statusOf(code: number, reason: string, more: object = {}): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: `the stub says ${reason}`,
    ...more,
  };
}
