/** Servers on this machine that play Prometheus, well or badly, and a source of the load that asks them. */

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import {
  LoadSource,
  type LoadSourceOptions,
  type LoadTarget,
  type QueryReport,
  type SourceClock,
} from '../../src/prometheus/source.ts';
import type { Reading } from '../../src/scaling/reading.ts';
import { gathered } from './gathered.ts';
import { body, series } from './targets.ts';

/** One request as it came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The PromQL in its body. */
  readonly query: string;
  readonly kind: 'load' | 'coverage';
}

export type Script = (asked: Asked, response: ServerResponse) => void | Promise<void>;

export interface Stub {
  readonly url: string;
  readonly asked: readonly Asked[];
  readonly connections: () => number;
  /** What it does from now on. */
  script: Script;
}

/** What ends: a test, or the whole file. */
export interface Ending {
  after(hook: () => Promise<void>): void;
}

/** Starts a server that answers by the script, with TLS if there are options for it; it ends with the test. */
export async function startStub(t: Ending, script: Script, tls?: ServerOptions): Promise<Stub> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const stub = { asked, connections: () => connections, script };
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (request, response) => {
    void (async () => {
      const sent = await text(request);
      const query = new URLSearchParams(sent).get('query') ?? '';
      const kind = query.includes('rate(') && query.includes('"stable"') ? 'load' : 'coverage';
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: sent,
        query,
        kind,
      } as const;
      asked.push(one);
      await stub.script(one, response);
    })();
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(stub, { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}` });
}

/** Time that passes only when a test says so; the wall shows what the answers below say. */
export class TestClock implements SourceClock {
  #ms = 0;

  wallMs(): number {
    return 1_700_000_000_000 + this.#ms;
  }

  monotonicMs(): number {
    return this.#ms;
  }

  advance(ms: number): void {
    this.#ms += ms;
  }
}

/** Answers as Prometheus does, with a load of 100 and one covered target for each of these, at the time of the clock. */
export function healthy(clock: SourceClock, ...names: string[]): Script {
  return ({ kind }, response) => {
    const at = clock.wallMs() / 1000;
    const of = (which: string, value: string) => names.map((name) => series(name, which, value, at));
    const all =
      kind === 'load'
        ? [...of('stable', '100'), ...of('fast', '110')]
        : ['covered', 'seen', 'fast'].flatMap((which) => of(which, '1'));
    response.setHeader('content-type', 'application/json').end(body(all));
  };
}

/** Ticks five seconds apart. */
export interface Asker {
  readonly source: LoadSource;
  readonly clock: TestClock;
  readonly reports: readonly QueryReport[];
  /** One tick. */
  readonly read: (...targets: readonly LoadTarget[]) => Promise<ReadonlyMap<string, Reading>>;
  /** One tick for one ElasticWeb: its reading. */
  readonly readOne: (target: LoadTarget) => Promise<Reading>;
}

/** A source of the load that ends with the test. */
export function startSource(t: TestContext, options: Partial<LoadSourceOptions> & { readonly url: string }): Asker {
  const clock = new TestClock();
  const reports: QueryReport[] = [];
  const source = new LoadSource({
    ...{ scrapeIntervalSeconds: 15, stableWindowSeconds: 60, clock, random: () => 0.5 },
    onQuery: (report) => reports.push(report),
    ...options,
  });
  t.after(() => source.close());
  const read = (...targets: readonly LoadTarget[]) => {
    clock.advance(5_000);
    return gathered(source.read(targets, AbortSignal.timeout(60_000)));
  };
  const readOne = async (target: LoadTarget) => {
    const reading = (await read(target)).get(target.key);
    if (reading === undefined) throw new Error(`there is no reading of ${target.key}`);
    return reading;
  };
  return { source, clock, reports, read, readOne };
}
