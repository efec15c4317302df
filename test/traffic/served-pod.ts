/** One pod as its clients see it: it serves requests, as many as it can, and counts them. No I/O. */

import { Counters } from './counters.ts';
import { TokenBucket } from './token-bucket.ts';

export interface PodNames {
  readonly namespace: string;
  readonly name: string;
  /** The Service by whose name its series are found. */
  readonly service: string;
  readonly ip: string;
}

/** Two of them every so often, as for readiness and liveness. */
const PROBE_EVERY_MS = 10_000;

export class ServedPod {
  readonly names: PodNames;
  readonly counters = new Counters();
  readonly #bucket: TokenBucket | undefined;
  #probedMs: number;

  /** @param capacity requests per second that it serves at most; undefined: any number */
  constructor(names: PodNames, capacity: number | undefined, nowMs: number) {
    this.names = names;
    this.#bucket = capacity === undefined ? undefined : new TokenBucket(capacity, nowMs);
    this.#probedMs = nowMs - PROBE_EVERY_MS; // It is Ready, so it was probed.
  }

  /** Serves a request to this path and returns the status. What is too much is refused and not counted. */
  serve(method: string, path: string, nowMs: number): number {
    if (this.#bucket?.take(nowMs) === false) return 503;
    const served = route(path);
    this.counters.count({ method, ...served }, 0.002);
    return served.status;
  }

  /** Answers a scrape, which counts as a request to the actuator, like the probes until now. */
  scrape(nowMs: number, name?: string): string {
    const probes = Math.floor((nowMs - this.#probedMs) / PROBE_EVERY_MS);
    this.#probedMs += probes * PROBE_EVERY_MS;
    for (const kind of probes > 0 ? ['readiness', 'liveness'] : []) {
      this.counters.count({ method: 'GET', uri: `/actuator/health/${kind}`, status: 200 }, 0.001, probes);
    }
    const text = this.counters.text(name);
    this.counters.count({ method: 'GET', uri: '/actuator/prometheus', status: 200 }, 0.004);
    return text;
  }
}

/** What the application has under a path. */
function route(path: string): { uri: string; status: number } {
  if (path === '/') return { uri: '/', status: 200 };
  return path.startsWith('/items/') ? { uri: '/items/{id}', status: 200 } : { uri: '/**', status: 404 };
}
