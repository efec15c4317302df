/** What stands between the syncer and the API server: passes calls on, records them, and does to them what a test wants. */

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Agent, createServer, request as sendRequest, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { buffer, json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../src/kube/resource.ts';
import type { ControlPlaneAccess } from '../control-plane/control-plane.ts';
import { type Call, isWrite, readRequest, signatureOf } from './call.ts';
import { type Fault, type Interference, nothing, statusBody } from './fault.ts';
import { passOn, type Rewrite } from './watch-lines.ts';

/** A call and what became of it. */
export interface RecordedCall extends Call {
  readonly fault: Fault | undefined;
  /** Whether the API server heard of it. */
  forwarded: boolean;
  /** The API server's own answer, whether it was passed on or not. */
  status?: number;
  /** The object before and after a write that the API server accepted; undefined where there was or is none. */
  before?: KubeObject | undefined;
  after?: KubeObject | undefined;
}

export interface FaultProxyOptions {
  readonly controlPlane: Pick<ControlPlaneAccess, 'kubeconfig' | 'server' | 'directory'>;
  /** Kills the client, and returns when it is dead. */
  readonly kill?: () => Promise<void>;
}

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders } & (
  { readonly body: Buffer } | { readonly stream: IncomingMessage }
);

/** A proxy for one client. */
export class FaultProxy implements AsyncDisposable {
  /** A kubeconfig with the contexts of the control plane, by way of this proxy. */
  readonly kubeconfig: string;
  /** What happens to calls from now on. */
  interfere: Interference = nothing;
  /** What happens to lines of watches from now on, of those that are open, too. */
  rewrite: Rewrite = passOn;

  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #port: number;
  readonly #agent: Agent;
  readonly #calls: RecordedCall[] = [];
  readonly #counts = new Map<string, number>();
  /** The TCP sockets below TLS, by the client's port: only they can be reset. */
  readonly #sockets = new Map<number, Socket>();

  /** Starts a proxy on a port of its own. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const { directory } = options.controlPlane;
    const [cert, key] = ['crt', 'key'].map((type) => readFileSync(join(directory, `certificates/apiserver.${type}`)));
    if (cert === undefined || key === undefined) throw new Error('unreachable: two files were read');
    const server = createServer({ cert, key }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(options, server, cert);
  }

  private constructor(options: FaultProxyOptions, server: Server, cert: Buffer) {
    const { kubeconfig, server: upstream, directory } = options.controlPlane;
    this.#options = options;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.#agent = new Agent({ ca: cert, keepAlive: true });
    this.kubeconfig = join(directory, `proxy-${this.#port}.kubeconfig`);
    const ours = readFileSync(kubeconfig, 'utf8').replaceAll(upstream, `https://127.0.0.1:${this.#port}`);
    writeFileSync(this.kubeconfig, ours, { mode: 0o600 });
    // Watches are silent for longer than Node would wait for a request.
    server.requestTimeout = 0;
    server.on('connection', (socket: Socket) => this.#remember(socket));
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** All calls so far, in the order in which they came. */
  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** From now on nobody listens, and no connection is left. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  /** Takes connections again, on the same port. */
  async accept(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Ends all connections of this moment, and with them all watches. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.refuse();
    this.#agent.destroy();
  }

  #remember(socket: Socket): void {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    this.#sockets.set(remotePort, socket);
    socket.once('close', () => this.#sockets.delete(remotePort));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = this.#record(request);
    try {
      await this.#answer(call, request, response);
    } catch {
      // The client or the API server went away in the middle; whoever is left has to hear of it.
      response.destroy();
    }
  }

  #record({ method = 'GET', url = '/', headers }: IncomingMessage): RecordedCall {
    const asked = readRequest(method, url, headers['content-type']);
    const signature = signatureOf(asked);
    const occurrence = (this.#counts.get(signature) ?? 0) + 1;
    this.#counts.set(signature, occurrence);
    const call = { ...asked, signature, occurrence };
    const recorded: RecordedCall = { ...call, fault: this.interfere(call), forwarded: false };
    this.#calls.push(recorded);
    return recorded;
  }

  async #answer(call: RecordedCall, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { fault } = call;
    const body = await buffer(request);
    switch (fault?.kind) {
      case undefined:
        return this.#pass(call, await this.#forward(call, request, body), response);
      case 'kill':
        if (fault.when === 'after') discard(await this.#forward(call, request, body));
        await this.#options.kill?.();
        response.destroy();
        return;
      case 'lose':
        discard(await this.#forward(call, request, body));
        response.destroy();
        return;
      case 'delay': {
        await sleep(fault.ms / 2);
        const answer = await this.#forward(call, request, body);
        await sleep(fault.ms / 2);
        return this.#pass(call, answer, response);
      }
      case 'answer':
        if (fault.retryAfterSeconds !== undefined) response.setHeader('retry-after', fault.retryAfterSeconds);
        response.writeHead(fault.status, { 'content-type': 'application/json' }).end(statusBody(fault.status));
        return;
      case 'reset':
        this.#sockets.get(request.socket.remotePort ?? 0)?.resetAndDestroy();
        return;
      case 'blackhole':
        return;
      case 'end':
        response.writeHead(200, { 'content-type': 'application/json' }).end();
        return;
      default:
        fault satisfies never;
    }
  }

  /** Sends the call to the API server and records what it did. The answer to anything but a watch is read to its end. */
  async #forward(call: RecordedCall, request: IncomingMessage, body: Buffer): Promise<Answer> {
    const { method = 'GET', url = '/' } = request;
    const before = isWrite(call) && call.name !== undefined ? await this.#objectOf(call, request) : undefined;
    call.forwarded = true;
    const headers = { ...request.headers };
    delete headers['accept-encoding']; // What is compressed has no lines.
    const message = await this.#send(method, url, headers, body);
    const { statusCode: status = 0 } = message;
    call.status = status;
    if (call.verb === 'WATCH') return { status, headers: message.headers, stream: message };
    const answered = await buffer(message);
    if (isWrite(call) && status < 300) {
      call.before = before;
      call.after = JSON.parse(answered.toString()) as KubeObject;
    }
    return { status, headers: message.headers, body: answered };
  }

  /** The object that is about to be written, read with the client's own rights; undefined if there is none. */
  async #objectOf(call: Call, { url = '/', headers }: IncomingMessage): Promise<KubeObject | undefined> {
    const [, subresource] = call.resource.split('/');
    const path = new URL(url, this.#options.controlPlane.server).pathname;
    const object = subresource === undefined ? path : path.slice(0, -subresource.length - 1);
    const message = await this.#send('GET', object, {
      authorization: headers.authorization ?? '',
      'user-agent': 'fault-proxy',
    });
    const answer = await json(message);
    return message.statusCode === 200 ? (answer as KubeObject) : undefined;
  }

  async #send(method: string, path: string, headers: OutgoingHttpHeaders, body?: Buffer): Promise<IncomingMessage> {
    const url = new URL(path, this.#options.controlPlane.server);
    const request = sendRequest(url, { method, headers: { ...headers, host: url.host }, agent: this.#agent });
    request.end(body);
    const [message] = (await once(request, 'response')) as [IncomingMessage];
    return message;
  }

  async #pass(call: Call, answer: Answer, response: ServerResponse): Promise<void> {
    const headers = { ...answer.headers };
    for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'content-length'])
      Reflect.deleteProperty(headers, name);
    response.writeHead(answer.status, headers);
    if ('body' in answer) {
      response.end(answer.body);
      return;
    }
    response.flushHeaders(); // The first event may be a long time coming.
    response.once('close', () => answer.stream.destroy());
    for await (const line of linesOf(answer.stream)) {
      for (const changed of await this.rewrite(line, call)) response.write(`${changed}\n`);
    }
    response.end();
  }
}

function discard(answer: Answer): void {
  if ('stream' in answer) answer.stream.destroy();
}

/** The lines of a text, as they come. */
async function* linesOf(stream: IncomingMessage): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let begun = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (begun + chunk).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
  }
  if (begun !== '') yield begun;
}
