/** Who is still answered while somebody does all they can with connections. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { Endpoints } from '../../src/syncer/endpoints.ts';

/** More than the sockets' buffers take, so that who does not read is still being answered. */
const LARGE = 'x'.repeat(16 * 1024 * 1024);

async function start(t: TestContext, text = 'a 1\n') {
  let built = 0;
  const endpoints = await Endpoints.listen({
    ...{ host: '0.0.0.0', port: 0, isReady: () => true },
    metrics: {
      contentType: 'text/plain',
      async *text() {
        built += 1;
        yield await Promise.resolve(text);
      },
    },
  });
  t.after(() => endpoints.close());
  return { port: endpoints.port, built: () => built };
}

/** Someone with as many connections, who says something on each, or nothing, and comes back when one is closed, and all the time. */
function attack(t: TestContext, port: number, how: { sockets: number; localAddress?: string; says?: string }) {
  let isOver = false;
  const sockets = new Set<Socket>();
  const open = (): void => {
    const { localAddress } = how;
    const socket = connect({ host: '127.0.0.1', port, ...(localAddress !== undefined && { localAddress }) });
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('connect', () => socket.write(how.says ?? ''));
    socket.once('close', () => {
      if (sockets.delete(socket) && !isOver) open();
    });
  };
  for (let n = 0; n < how.sockets; n += 1) open();
  // Who does not read does not see that he was sent away.
  const again = setInterval(() => {
    open();
    const [oldest] = sockets;
    if (sockets.size <= 2 * how.sockets || oldest === undefined) return;
    sockets.delete(oldest);
    oldest.destroy();
  }, 5);
  t.after(() => {
    isOver = true;
    clearInterval(again);
    for (const socket of sockets) socket.destroy();
  });
}

/** Asks over a connection of its own, as the kubelet does. */
async function ask(port: number, path: string, localAddress = '127.0.0.1'): Promise<number | string | undefined> {
  const asking = request({ host: '127.0.0.1', port, path, localAddress, agent: false }).end();
  try {
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    return response.statusCode;
  } catch (error) {
    return (error as Error).message;
  }
}

const ASKS_SLOWLY = 'GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n';

for (const { sockets, name, says, text } of [
  { sockets: 200, name: 'idle connections', says: '', text: 'a 1\n' },
  { sockets: 200, name: 'connections with half a request', says: 'GET /healthz HTTP/1.1\r\nhost:', text: 'a 1\n' },
  { sockets: 80, name: 'connections for metrics that are not read', says: ASKS_SLOWLY, text: LARGE },
]) {
  test(`the kubelet is answered each time, whoever has ${sockets} ${name} and comes back at once`, async (t) => {
    const { port } = await start(t, text);
    attack(t, port, { sockets, says });
    await wait(100);
    for (let n = 0; n < 20; n += 1) assert.equal(await ask(port, '/healthz'), 200);
  });
}

test('who has many connections takes the place of nobody who has few, however old', async (t) => {
  const { port } = await start(t, LARGE);
  const slow = connect({ host: '127.0.0.1', port });
  slow.on('error', () => undefined);
  t.after(() => slow.destroy());
  slow.write(ASKS_SLOWLY);
  await once(slow, 'readable');
  attack(t, port, { sockets: 200, localAddress: '127.0.0.2', says: '' });
  await wait(300);
  const read = [];
  for await (const piece of slow as AsyncIterable<Buffer>) read.push(piece.length);
  assert.ok(read.reduce((sum, length) => sum + length, 0) > LARGE.length, 'all of it');
});

test('of the connections of one address, the oldest that has asked for nothing for a while goes first', async (t) => {
  const { port } = await start(t, LARGE);
  const open = async (says: string): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    if (says !== '') {
      socket.write(says);
      await once(socket, 'readable');
    }
    return socket;
  };
  const asking = await open(ASKS_SLOWLY);
  const idle = [];
  for (let n = 0; n < 63; n += 1) idle.push(await open(''));
  await wait(1_100);
  for (let n = 0; n < 2; n += 1) idle.push(await open(''));
  await wait(100);
  for (const socket of idle) socket.read();
  await wait(100);
  assert.equal(asking.closed, false);
  assert.deepEqual(
    idle.slice(0, 4).map(({ readableEnded }) => readableEnded),
    [true, true, false, false],
  );
});

test('however many ask for metrics, they are made once', async (t) => {
  const { port, built } = await start(t);
  const asked = await Promise.all(Array.from({ length: 60 }, () => ask(port, '/metrics')));
  assert.deepEqual(new Set(asked), new Set([200]));
  assert.equal(built(), 1);
});

test('a connection is answered once, however much is asked on it at a time', async (t) => {
  const { port } = await start(t);
  const socket = connect({ host: '127.0.0.1', port });
  socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(1_000));
  let answered = '';
  socket.on('error', () => undefined);
  socket.on('data', (piece: Buffer) => (answered += piece.toString()));
  await once(socket, 'close');
  assert.equal(answered.match(/^ok$/gm)?.length, 1);
});

test('who says nothing, or too much, is sent away', { timeout: 20_000 }, async (t) => {
  const { port } = await start(t);
  const silent = connect({ host: '127.0.0.1', port });
  const began = performance.now();
  silent.resume();
  const wordy = connect({ host: '127.0.0.1', port });
  wordy.write(`GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(9_000)}\r\n\r\n`);
  const [said] = (await once(wordy, 'data')) as [Buffer];
  assert.match(said.toString(), /^HTTP\/1.1 431 /);
  wordy.destroy();
  await once(silent, 'close');
  assert.ok(performance.now() - began < 8_000);
});
