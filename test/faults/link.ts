/** A link between programs of this machine: what is sent over it can arrive later, and new connections can lead elsewhere. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** TCP from a port of its own to other ports of this machine. */
export class Link implements AsyncDisposable {
  /** How long requests are under way, from now on, and in the order in which they were sent; answers lose no time. */
  delayMs = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #ports: readonly number[];
  #connections = 0;

  /** A link to these ports in turn. */
  static async start(...ports: readonly number[]): Promise<Link> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Link(server, ports);
  }

  private constructor(server: Server, ports: readonly number[]) {
    this.#server = server;
    this.#ports = ports;
    server.on('connection', (client: Socket) => this.#join(client, connect(this.#nextPort(), '127.0.0.1')));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections; new ones lead to these ports in turn. */
  lead(...ports: readonly number[]): void {
    this.#ports = ports;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #nextPort(): number {
    const port = this.#ports[this.#connections % this.#ports.length];
    this.#connections += 1;
    return port ?? 0;
  }

  #join(client: Socket, server: Socket): void {
    let before = Promise.resolve();
    client.on('data', (chunk: Buffer) => {
      const due = sleep(this.delayMs);
      before = before.then(() => due).then(() => void server.write(chunk));
    });
    server.pipe(client);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      // However one end goes, the other goes with it.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
