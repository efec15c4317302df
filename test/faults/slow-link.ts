/** A link that takes its time: what is sent over it arrives later, in the order in which it was sent. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** TCP from a port of its own to another port of this machine. */
export class SlowLink implements AsyncDisposable {
  /** How long requests are under way, from now on; answers lose no time. */
  delayMs = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async start(port: number): Promise<SlowLink> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SlowLink(server, port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    server.on('connection', (client: Socket) => this.#join(client, connect(port, '127.0.0.1')));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
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
