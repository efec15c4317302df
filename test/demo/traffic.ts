/** The traffic of the demo: pods that serve and count, a Prometheus that scrapes them, requests that are really sent, and what became of it. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ChartPoint } from '../../src/cli/chart/chart.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import { Transport } from '../../src/kube/transport.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { temporaryDirectory } from '../control-plane/guard.ts';
import { startPrometheus } from '../control-plane/prometheus.ts';
import { Fleet } from '../traffic/fleet.ts';
import { Load } from '../traffic/load.ts';
import type { Rate } from '../traffic/rates.ts';
import { ReplicaLog } from '../traffic/replica-log.ts';

const NAMESPACE = 'default';
const SCRAPE_SECONDS = 1;

/** What the syncer is told, so that the demo takes seconds where a real system takes minutes. */
export const QUICK_FLAGS = [`--scrape-interval=${SCRAPE_SECONDS}`, '--interval=1', '--window=6'];

/** Which Deployment is under load, by which Service it is found, and what one of its pods serves. */
export interface Under {
  readonly deployment: string;
  readonly service: string;
  readonly singlePodQps: number;
}

export class Traffic implements AsyncDisposable {
  readonly prometheusUrl: string;
  readonly #fleet: Fleet;
  readonly #client: KubeClient;
  readonly #owned: AsyncDisposableStack;

  static async start({ kubeconfig }: Pick<ControlPlane, 'kubeconfig'>): Promise<Traffic> {
    await using owned = new AsyncDisposableStack();
    const identity = await loadIdentity({ env: {}, kubeconfig, context: 'admin' });
    const transport = new Transport({ identity, userAgent: 'elasticweb-demo' });
    owned.defer(() => transport.close());
    const client = new KubeClient({ transport });
    const directory = owned.use(temporaryDirectory('elasticweb-demo-')).path;
    const fleet = owned.use(await Fleet.start({ client, namespace: NAMESPACE, directory }));
    const targets = { file: fleet.targetFiles };
    const { url } = owned.use(await startPrometheus({ targets, scrapeIntervalSeconds: SCRAPE_SECONDS }));
    return new Traffic({ prometheusUrl: url, fleet, client }, owned.move());
  }

  private constructor(
    { prometheusUrl, fleet, client }: { prometheusUrl: string; fleet: Fleet; client: KubeClient },
    owned: AsyncDisposableStack,
  ) {
    this.prometheusUrl = prometheusUrl;
    this.#fleet = fleet;
    this.#client = client;
    this.#owned = owned;
  }

  /** Sends so many requests a second until `act` is over, and returns what was to be seen meanwhile. */
  async drive(
    { deployment, service, singlePodQps }: Under,
    act: (set: (rate: Rate) => void) => Promise<void>,
  ): Promise<ChartPoint[]> {
    const fleet = this.#fleet;
    await using load = new Load({ origin: fleet.origin, nextPath: () => fleet.nextPath(NAMESPACE, service) });
    await using replicas = new ReplicaLog(this.#client, NAMESPACE);
    const points: ChartPoint[] = [];
    const over = new AbortController();
    const startMs = performance.now();
    const watching = (async () => {
      let before = { atMs: startMs, sent: 0 };
      while (!over.signal.aborted) {
        await sleep(500, undefined, { signal: over.signal }).catch(() => undefined);
        const { served, refused, failed, unsent } = load.sent;
        const now = { atMs: performance.now(), sent: served + refused + failed + unsent };
        points.push({
          seconds: (before.atMs - startMs) / 1000,
          qps: ((now.sent - before.sent) / (now.atMs - before.atMs)) * 1000,
          capacity: fleet.pods(NAMESPACE, service).length * singlePodQps,
          replicas: replicas.of(deployment).at(-1)?.replicas ?? 0,
        });
        before = now;
      }
    })();
    try {
      await act((rate) => load.set(rate));
    } finally {
      over.abort();
      await watching;
    }
    return points;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
