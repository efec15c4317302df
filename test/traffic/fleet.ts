/** Plays the containers of KWOK's pods, which have none: one server with a place to scrape and a place to send requests to for each Ready pod. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { KubeClient } from '../../src/kube/client.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { keyOf } from '../../src/kube/resource.ts';
import { POD, type Pod } from '../cluster/kinds.ts';
import { type PodNames, ServedPod } from './served-pod.ts';
import { type Target, TargetFiles } from './targets-file.ts';

export interface FleetOptions {
  readonly client: KubeClient;
  /** Only pods of this namespace; default all. */
  readonly namespace?: string;
  /** Where the files with targets are written. */
  readonly directory: string;
  /** Into how many files the targets are divided; default 1. */
  readonly shards?: number;
  /** Targets besides the pods, such as an ingress. */
  readonly others?: readonly Target[];
  /** Told when the watch on pods breaks; it is begun again. */
  readonly onError?: (error: unknown) => void;
}

/** What a test wants of the pods of one Service. */
export interface Habits {
  /** Requests per second that a pod serves at most; of pods that become Ready from now on. */
  readonly capacity?: number | undefined;
  /** What their counters are called, without `_count`; default as Spring Boot has it. */
  readonly counters?: string | undefined;
  /** Prometheus is not told of pods that become Ready from now on, until this is false again. */
  readonly unseen?: boolean;
}

/** Requests that are served without being sent, counted up to a moment. */
interface Flow {
  readonly qps: number;
  readonly sinceMs: number;
}

/** The pods of ElasticWebs. */
const SELECTOR = 'app.kubernetes.io/name=elasticweb';
const INSTANCE = 'app.kubernetes.io/instance';

export class Fleet implements AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  /** For `file_sd_configs`, one a shard. */
  readonly targetFiles: readonly string[];
  readonly #server: Server;
  readonly #files: TargetFiles;
  readonly #others: readonly Target[];
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  readonly #pods = new Map<string, ServedPod>();
  /** Those that Prometheus is not told of. */
  readonly #unseen = new Set<string>();
  readonly #habits = new Map<string, Habits>();
  /** The pods of a Service, until one comes or goes. */
  readonly #services = new Map<string, readonly ServedPod[]>();
  #turn = 0;
  readonly #flows = new Map<string, Flow>();
  #writing = false;

  /** Starts the server, and returns when the pods that are Ready now are known. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const fleet = new Fleet(server, options);
    await fleet.#synced;
    return fleet;
  }

  readonly #synced: Promise<void>;

  private constructor(server: Server, options: FleetOptions) {
    const { client, namespace, directory, shards = 1, others = [], onError = () => undefined } = options;
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.origin = `http://127.0.0.1:${port}`;
    this.targetFiles = Array.from({ length: shards }, (_, shard) => join(directory, `targets-${port}-${shard}.json`));
    this.#files = new TargetFiles(this.targetFiles);
    this.#others = others;
    this.#writeSoon();
    server.on('request', (request, response) => this.#answer(request, response));
    const pods = new Reflector({
      ...{ client, type: POD, namespace, labelSelector: SELECTOR, onError },
      onChange: ({ kind, object }) => this.#see(object, kind === 'deleted'),
    });
    this.#watching = pods.run(this.#stop.signal);
    this.#synced = pods.synced;
  }

  /** Changes some of what is wanted of the pods of a Service. */
  change(namespace: string, service: string, habits: Habits): void {
    this.#habits.set(`${namespace}/${service}`, { ...this.#habitsOf(namespace, service), ...habits });
    if (habits.unseen === false)
      for (const { names } of this.pods(namespace, service)) this.#unseen.delete(keyFor(names));
    this.#writeSoon();
  }

  /**
   * So many requests a second are served from now on, evenly by all Ready pods, without being sent: counted by the clock. For stories in
   * which the load must be exact, however busy the machine is.
   */
  serve(namespace: string, service: string, qps: number): void {
    this.#count();
    this.#flows.set(`${namespace}/${service}`, { qps, sinceMs: performance.now() });
  }

  /** The Ready pods of a Service. */
  pods(namespace: string, service: string): readonly ServedPod[] {
    const key = `${namespace}/${service}`;
    let pods = this.#services.get(key);
    if (pods === undefined) {
      pods = [...this.#pods.values()].filter(({ names }) => `${names.namespace}/${names.service}` === key);
      this.#services.set(key, pods);
    }
    return pods;
  }

  /** The path of the next request to a Service, pod after pod; undefined while none is Ready. */
  nextPath(namespace: string, service: string): string | undefined {
    const pods = this.pods(namespace, service);
    const turn = this.#turn++;
    const pod = pods[turn % pods.length];
    // Some of everything, so that a pod has several series.
    return pod && `${pathOf(pod.names)}${turn % 50 === 7 ? '/missing' : turn % 3 === 0 ? '/' : '/items/7'}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #habitsOf(namespace: string, service: string): Habits {
    return this.#habits.get(`${namespace}/${service}`) ?? {};
  }

  /** Counts what was served by itself until now, by the pods that there are. */
  #count(): void {
    const nowMs = performance.now();
    for (const [key, { qps, sinceMs }] of this.#flows) {
      const [namespace = '', service = ''] = key.split('/');
      const pods = this.pods(namespace, service);
      const each = (qps * (nowMs - sinceMs)) / 1000 / pods.length;
      for (const { counters } of each > 0 ? pods : [])
        counters.count({ method: 'GET', uri: '/', status: 200 }, 0.002, each);
      this.#flows.set(key, { qps, sinceMs: nowMs });
    }
  }

  #see(pod: Pod, deleted: boolean): void {
    const key = keyOf(pod);
    const ready = !deleted && isReady(pod);
    if (ready === this.#pods.has(key)) return;
    this.#count();
    if (ready) {
      const names = namesOf(pod);
      const { capacity, unseen = false } = this.#habitsOf(names.namespace, names.service);
      this.#pods.set(key, new ServedPod(names, capacity, performance.now()));
      if (unseen) this.#unseen.add(key);
    } else {
      this.#pods.delete(key);
      this.#unseen.delete(key);
    }
    this.#services.clear();
    this.#writeSoon();
  }

  /** Once for all that happens at the same time. */
  #writeSoon(): void {
    if (this.#writing) return;
    this.#writing = true;
    setImmediate(() => {
      this.#writing = false;
      if (this.#stop.signal.aborted) return;
      const seen = [...this.#pods].filter(([key]) => !this.#unseen.has(key));
      this.#files.write([...this.#others, ...seen.map(([, { names }]) => this.#targetOf(names))]);
    });
  }

  /** With the labels that a ServiceMonitor gives. */
  #targetOf(names: PodNames): Target {
    const { namespace, service, name, ip } = names;
    const labels = { namespace, service, pod: name, instance: `${ip}:8080`, container: 'web' };
    return { address: new URL(this.origin).host, path: `${pathOf(names)}/metrics`, labels };
  }

  #answer({ method = 'GET', url = '/' }: IncomingMessage, response: ServerResponse): void {
    const [, , namespace, name] = url.split('/', 4);
    const pod = this.#pods.get(`${namespace ?? ''}/${name ?? ''}`);
    if (pod === undefined) {
      response.writeHead(404).end();
      return;
    }
    const nowMs = performance.now();
    const path = url.slice(pathOf(pod.names).length);
    if (path !== '/metrics') {
      response.writeHead(pod.serve(method, path, nowMs)).end();
      return;
    }
    this.#count();
    const { counters } = this.#habitsOf(pod.names.namespace, pod.names.service);
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8').end(pod.scrape(nowMs, counters));
  }
}

const keyFor = ({ namespace, name }: PodNames) => `${namespace}/${name}`;
const pathOf = ({ namespace, name }: PodNames) => `/pods/${namespace}/${name}`;

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready === true && (metadata.deletionTimestamp ?? null) === null && status?.podIP !== undefined;
}

/** Of an ElasticWeb with a metrics port, the pods are scraped by way of the Service that has it. */
function namesOf(pod: Pod): PodNames {
  const { namespace = '', name, labels = {} } = pod.metadata;
  const web = labels[INSTANCE] ?? name;
  const hasMetrics = pod.spec.containers.some(({ ports }) => ports.some((port) => port.name === 'metrics'));
  return { namespace, name, service: hasMetrics ? `${web}-metrics` : web, ip: pod.status?.podIP ?? '' };
}
