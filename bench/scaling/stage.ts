/** What scaling is measured on: a whole control plane with KWOK's pods, a Prometheus that scrapes them, and the syncer that asks it. */

import { join } from 'node:path';
import type { Autoscaling } from '../../src/api/types.ts';
import { API_VERSION, KIND } from '../../src/api/resource.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import { Transport } from '../../src/kube/transport.ts';
import { DEPLOYMENT, ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { eventually } from '../../test/control-plane/eventually.ts';
import { startControlPlane } from '../../test/control-plane/control-plane.ts';
import { temporaryDirectory } from '../../test/control-plane/guard.ts';
import { Program } from '../../test/control-plane/program.ts';
import { type Prometheus, startPrometheus } from '../../test/control-plane/prometheus.ts';
import { Fleet } from '../../test/traffic/fleet.ts';
import { Load } from '../../test/traffic/load.ts';
import { SourceProxy } from '../../test/traffic/source-proxy.ts';
import { BENCH } from '../cluster.ts';

const root = join(import.meta.dirname, '../..');
const NAMESPACE = 'default';
/** What a pod serves. */
export const SINGLE = 10;
export const SCRAPE_SECONDS = 5;
const PATIENCE_MS = 120_000;

/** One ElasticWeb with a load of its own. */
export class Scaled implements AsyncDisposable {
  readonly name: string;
  readonly load: Load;
  readonly #stage: Stage;

  constructor(stage: Stage, name: string, load: Load) {
    this.#stage = stage;
    this.name = name;
    this.load = load;
  }

  /** Pods that are Ready. */
  get ready(): number {
    return this.#stage.fleet.pods(NAMESPACE, this.name).length;
  }

  /** Pods that the Deployment asks for; 0 while there is none. */
  async replicas(): Promise<number> {
    const live = await this.#stage.client.get(DEPLOYMENT, { namespace: NAMESPACE, name: this.name });
    return live?.spec.replicas ?? 0;
  }

  async until(what: string, test: () => boolean | Promise<boolean>, timeoutMs = PATIENCE_MS): Promise<void> {
    await eventually(test, { timeoutMs, intervalMs: 50, what: `${this.name}: ${what}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.load[Symbol.asyncDispose]();
    await this.#stage.kubectl('delete', 'ew', this.name, '--wait=false');
    await this.until('its pods to be gone', () => this.ready === 0);
  }
}

/** The whole of it. */
export class Stage implements AsyncDisposable {
  readonly client: KubeClient;
  readonly fleet: Fleet;
  readonly prometheus: Prometheus;
  /** Between the syncer and Prometheus. */
  readonly proxy: SourceProxy;
  readonly kubectl: (...args: string[]) => Promise<unknown>;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    parts: Pick<Stage, 'client' | 'fleet' | 'prometheus' | 'proxy' | 'kubectl'>,
    owned: AsyncDisposableStack,
  ) {
    this.client = parts.client;
    this.fleet = parts.fleet;
    this.prometheus = parts.prometheus;
    this.proxy = parts.proxy;
    this.kubectl = parts.kubectl;
    this.#owned = owned;
  }

  static async start(): Promise<Stage> {
    await using owned = new AsyncDisposableStack();
    const manifests = [join(root, 'dist/install.k8s.yaml')];
    const controlPlane = owned.use(await startControlPlane({ manifests }));
    const identity = await loadIdentity({ env: {}, kubeconfig: controlPlane.kubeconfig, context: 'admin' });
    const transport = new Transport({ identity, userAgent: BENCH });
    owned.defer(() => transport.close());
    const client = new KubeClient({ transport });
    const directory = owned.use(temporaryDirectory('elasticweb-bench-')).path;
    const fleet = owned.use(await Fleet.start({ client, namespace: NAMESPACE, directory }));
    const prometheus = owned.use(
      await startPrometheus({ targets: { file: fleet.targetFiles }, scrapeIntervalSeconds: SCRAPE_SECONDS }),
    );
    const proxy = owned.use(await SourceProxy.start(prometheus.url));
    const syncer = await Program.start({
      name: 'syncer',
      file: process.execPath,
      // Its defaults, but for how often this Prometheus scrapes.
      args: [
        ...[join(root, 'lib/cli/bin.js'), 'syncer', `--kubeconfig=${controlPlane.kubeconfig}`, '--context=syncer'],
        ...[`--prometheus-url=${proxy.url}`, `--scrape-interval=${SCRAPE_SECONDS}`],
      ],
      logFile: join(controlPlane.directory, 'syncer.log'),
    });
    owned.defer(() => syncer.stop({ graceMs: 5_000 }));
    const kubectl = (...args: string[]) => controlPlane.kubectl([`--namespace=${NAMESPACE}`, ...args]);
    return new Stage({ client, fleet, prometheus, proxy, kubectl }, owned.move());
  }

  /** An ElasticWeb that serves this load with the pods that it needs. */
  async scaled(name: string, qps: number, autoscaling: Partial<Autoscaling> = {}): Promise<Scaled> {
    const spec = {
      ...{ image: 'nginx:1.29', port: 80, podPort: 8080, serviceType: 'ClusterIP' },
      ...{ singlePodQPS: SINGLE, totalQPS: qps, autoscaling: { maxReplicas: 200, ...autoscaling } },
    };
    const object = { apiVersion: API_VERSION, kind: KIND, metadata: { namespace: NAMESPACE, name }, spec };
    await this.client.create(ELASTIC_WEB, object, { fieldManager: BENCH });
    const { fleet } = this;
    const load = new Load({ origin: fleet.origin, nextPath: () => fleet.nextPath(NAMESPACE, name) });
    const scaled = new Scaled(this, name, load);
    await scaled.until('its first pods', () => scaled.ready >= Math.ceil(qps / SINGLE));
    load.set(qps);
    return scaled;
  }

  /** What the pods of an ElasticWeb serve at most, of those that come from now on. */
  limit(name: string, capacity: number): void {
    this.fleet.change(NAMESPACE, name, { capacity });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
