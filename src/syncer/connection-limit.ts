/** Who has to go when there are more connections than there should be. Not the newest: that may be the kubelet, who ends what does not answer. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  readonly socket: Socket;
  readonly sinceMs: number;
  isAsking: boolean;
}

/** The connections of one address, the oldest first. */
type OfAddress = Map<Socket, Connection>;

/** Nobody goes before that: who has just come is about to ask. */
const GRACE_MS = 50;
/** Who asks for nothing for so long goes before those who wait for an answer or read it; who may only be slow does not. */
const IDLE_MS = 1_000;

/**
 * Keeps a server to so many connections by closing others when new ones come: of the address that has most of them, the oldest that is idle,
 * or if none is, the oldest. So whoever has many takes the place of nobody who has few. What comes within a moment is more, for that moment.
 */
export function limitConnections(server: Server, most: number): void {
  const byAddress = new Map<string, OfAddress>();
  let count = 0;
  let isWaiting = false;

  const remove = (address: string, socket: Socket): void => {
    const ofAddress = byAddress.get(address);
    if (ofAddress?.delete(socket)) count -= 1;
    if (ofAddress?.size === 0) byAddress.delete(address);
  };
  const closeSurplus = (): void => {
    isWaiting = false;
    const nowMs = performance.now();
    while (count > most) {
      const [address, ofAddress] = largest(byAddress);
      const connection = firstToGo(ofAddress, nowMs);
      if (connection === undefined) {
        closeSoon();
        return;
      }
      remove(address, connection.socket);
      connection.socket.destroy();
    }
  };
  const closeSoon = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    // Not before what came meanwhile was read, if other work took long.
    setTimeout(() => setImmediate(closeSurplus), GRACE_MS);
  };

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const ofAddress: OfAddress = byAddress.get(address) ?? new Map<Socket, Connection>();
    byAddress.set(address, ofAddress.set(socket, { socket, sinceMs: performance.now(), isAsking: false }));
    count += 1;
    socket.once('close', () => remove(address, socket));
    if (count > most) closeSoon();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = byAddress.get(socket.remoteAddress ?? '')?.get(socket);
    if (connection === undefined) return;
    connection.isAsking = true;
    response.once('close', () => {
      connection.isAsking = false;
    });
  });
}

function largest(byAddress: ReadonlyMap<string, OfAddress>): readonly [address: string, connections: OfAddress] {
  let found: readonly [string, OfAddress] = ['', new Map()];
  for (const one of byAddress) if (one[1].size > found[1].size) found = one;
  return found;
}

/** Undefined if all have only just come. */
function firstToGo(connections: OfAddress, nowMs: number): Connection | undefined {
  const [oldest] = connections.values();
  if (oldest === undefined || nowMs - oldest.sinceMs < GRACE_MS) return undefined;
  const isIdle = ({ isAsking, sinceMs }: Connection) => !isAsking && nowMs - sinceMs >= IDLE_MS;
  return [...connections.values()].find(isIdle) ?? oldest;
}
