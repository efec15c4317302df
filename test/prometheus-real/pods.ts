/** Pods, as Prometheus sees them: small HTTP servers with counters that go on by themselves, and the file that says whose they are. */

import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** One pod. What it does can change at any time. */
export interface Pod {
  readonly address: string;
  /** Counts so many requests a second from now on. */
  serve(qps: number): void;
  /** Starts anew: the counter is 0, and what was served so far is forgotten. */
  restart(): void;
  /** Has the counter no more, as after a release that calls it something else. */
  rename(): void;
}

/** A counter of requests, as a function of time. */
interface Counter {
  count: number;
  qps: number;
  sinceMs: number;
}

/** Pods and the file in which Prometheus finds them. */
export class Pods implements AsyncDisposable {
  /** For `startPrometheus`. */
  readonly file: string;
  readonly #owned = new AsyncDisposableStack();
  readonly #services = new Map<string, readonly Pod[]>();

  constructor(directory: string) {
    this.file = join(directory, 'targets.json');
    this.#write();
  }

  /**
   * Starts a pod that counts `qps` requests a second, with a large count already; undefined: it has no request yet, and so no series but
   * that of Spring's own pages, which its scrapes are counted in. It answers `answers` scrapes, and fails from then on.
   */
  async start(
    qps: number | undefined,
    series = 'http_server_requests_seconds_count{uri="/cart",method="GET"}',
    answers = Infinity,
  ): Promise<Pod> {
    let counter: Counter | undefined;
    let scrapes = 0;
    const countNow = ({ count, qps: rate, sinceMs }: Counter) => count + ((performance.now() - sinceMs) / 1000) * rate;
    const serve = (rate: number) => {
      counter = { count: counter === undefined ? 0 : countNow(counter), qps: rate, sinceMs: performance.now() };
    };
    const server = createServer((_, response) => {
      scrapes += 1;
      if (scrapes > answers) return void response.writeHead(500).end();
      // Were it counted, it would be a thousand requests a second.
      const own = `http_server_requests_seconds_count{uri="/actuator/prometheus",method="GET"} ${scrapes * 1_000}\n`;
      const text = counter === undefined ? own : `${own}${series} ${countNow(counter)}\n`;
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(text);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#owned.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    if (qps !== undefined) counter = { count: 1_000_000, qps, sinceMs: performance.now() };
    return {
      address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      serve,
      restart: () => {
        if (counter !== undefined) counter = { ...counter, count: 0, sinceMs: performance.now() };
      },
      rename: () => {
        counter = undefined;
      },
    };
  }

  /** These are the pods of Service `service` in namespace shop from now on; without a name, of no Service. */
  set(service: string, ...pods: readonly Pod[]): void {
    this.#services.set(service, pods);
    this.#write();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }

  #write(): void {
    const groups = [...this.#services].map(([service, pods]) => ({
      targets: pods.map(({ address }) => address),
      labels: service === '' ? {} : { namespace: 'shop', service },
    }));
    writeFileSync(`${this.file}.new`, JSON.stringify(groups));
    renameSync(`${this.file}.new`, this.file); // Never half of it.
  }
}
