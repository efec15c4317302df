/** On which loopback ports a server of ours can listen. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { ProgramError } from './program.ts';

/**
 * Starts something on so many free ports of 127.0.0.1. Between our choice and the program's bind another process may be
 * quicker: then it is started again, on others.
 *
 * @throws what `start` throws, when that is something else or happens five times
 */
export async function onFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      const taken = error instanceof ProgramError && error.logTail.includes('address already in use');
      if (!taken || attempt === 5) throw error;
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  try {
    await Promise.all(servers.map((server) => once(server, 'listening')));
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    for (const server of servers) server.close();
  }
}
