/** What the stories of scaling play on: pods that serve, a Prometheus that scrapes them, and syncers that ask it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import type { Behavior, ElasticWebSpec } from '../../src/api/types.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { endSyncer, OWN_SYNCER_LABEL, startSyncer } from '../cluster/syncer-process.ts';
import { conditionOf, useWorld, type World } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import { temporaryDirectory } from '../control-plane/guard.ts';
import type { Program } from '../control-plane/program.ts';
import { type Prometheus, type PrometheusOptions, startPrometheus } from '../control-plane/prometheus.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { Fleet, type Habits } from '../traffic/fleet.ts';
import { Ingress } from '../traffic/ingress.ts';
import { Load } from '../traffic/load.ts';
import { ReplicaLog } from '../traffic/replica-log.ts';
import type { ServedPod } from '../traffic/served-pod.ts';

/** Seconds between two scrapes, two decisions; over which the load is averaged. */
export const TIMES = { scrape: 2, interval: 1, window: 8 };
const TIME_FLAGS = [
  `--scrape-interval=${TIMES.scrape}`,
  `--interval=${TIMES.interval}`,
  `--window=${TIMES.window}`,
] as const;

/** What a pod serves in these stories, in requests per second. */
export const SINGLE = 5;
const SOON_MS = 120_000;

type Autoscaling = NonNullable<ElasticWebSpec['autoscaling']>;

/** Scales down as soon as the load allows: a mistake about the load costs pods at once. */
export const AT_ONCE: Behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };

/** A namespace with all that belongs to it. */
export class Stage {
  readonly world: World;
  readonly fleet: Fleet;
  readonly ingress: Ingress;
  readonly log: ReplicaLog;
  /** For files of a test; gone with it. */
  readonly directory: string;
  readonly #owned: AsyncDisposableStack;

  constructor(parts: Pick<Stage, 'world' | 'fleet' | 'ingress' | 'log' | 'directory'>, owned: AsyncDisposableStack) {
    this.world = parts.world;
    this.fleet = parts.fleet;
    this.ingress = parts.ingress;
    this.log = parts.log;
    this.directory = parts.directory;
    this.#owned = owned;
  }

  /** A Prometheus that scrapes the pods, or some of them, or what else it is told to; it ends with the file. */
  async prometheus(options: Partial<PrometheusOptions> = {}): Promise<Prometheus> {
    const targets = { file: this.fleet.targetFiles };
    return this.#owned.use(await startPrometheus({ targets, scrapeIntervalSeconds: TIMES.scrape, ...options }));
  }

  /** Ends something with the file, what was taken last first. */
  use<T extends AsyncDisposable>(resource: T): T {
    return this.#owned.use(resource);
  }

  /** A syncer for the ElasticWebs of this label that asks this Prometheus; it ends with the file, and well. */
  async syncer(label: string, prometheusUrl: string, ...flags: readonly string[]): Promise<Program> {
    const name = `scaling-${label}-${randomBytes(2).toString('hex')}`;
    const selector = `--selector=${OWN_SYNCER_LABEL}=${label}`;
    const namespace = `--namespace=${this.world.namespace}`;
    const all = [selector, namespace, `--prometheus-url=${prometheusUrl}`, ...TIME_FLAGS, ...flags];
    const syncer = await startSyncer(useControlPlane(), name, ...all);
    this.#owned.defer(async () => {
      if (!syncer.running) return; // It was killed.
      const log = readFileSync(syncer.logFile, 'utf8');
      assert.equal(await endSyncer(syncer), 'code 0', name);
      assert.doesNotMatch(log, /unexpected error|"stack":/);
    });
    return syncer;
  }

  /**
   * An ElasticWeb that scales, with a load that can be set; of the syncer with this label.
   *
   * @param sent whether the load is real requests; otherwise it is counted by the clock, exactly, however busy the machine is
   */
  async scaled(
    name: string,
    label: string,
    autoscaling: Partial<Autoscaling> = {},
    { sent = false, ...spec }: Partial<ElasticWebSpec> & { readonly sent?: boolean } = {},
  ): Promise<Scaled> {
    const all = { minReplicas: 1, maxReplicas: 60, behavior: AT_ONCE, ...autoscaling };
    await this.world.create(name, { singlePodQPS: SINGLE, autoscaling: all, ...spec }, { [OWN_SYNCER_LABEL]: label });
    const service = spec.mtargetPort === undefined ? name : `${name}-metrics`;
    const { namespace } = this.world;
    const isExternal = all.metric?.type === 'External';
    const load =
      sent || isExternal
        ? this.#owned.use(
            isExternal
              ? new Load({ origin: this.ingress.origin, nextPath: () => `/${namespace}/${service}` })
              : new Load({ origin: this.fleet.origin, nextPath: () => this.fleet.nextPath(namespace, service) }),
          )
        : { set: (qps: number) => this.fleet.serve(namespace, service, qps) };
    return new Scaled(this, { name, service, load });
  }
}

/** A load in requests per second. */
interface Settable {
  set(qps: number): void;
}

/** One ElasticWeb under load. */
export class Scaled {
  readonly name: string;
  readonly load: Settable;
  readonly #stage: Stage;
  readonly #service: string;

  constructor(stage: Stage, { name, service, load }: { name: string; service: string; load: Settable }) {
    this.name = name;
    this.load = load;
    this.#stage = stage;
    this.#service = service;
  }

  /** Changes what its pods do. */
  habits(habits: Habits): void {
    this.#stage.fleet.change(this.#stage.world.namespace, this.#service, habits);
  }

  /** The Ready pods. */
  get pods(): readonly ServedPod[] {
    return this.#stage.fleet.pods(this.#stage.world.namespace, this.#service);
  }

  get web(): Promise<ElasticWebResource | undefined> {
    return this.#stage.world.web(this.name);
  }

  /**
   * Waits until as many pods are asked for, and are Ready: at least, and at most so many more. A second of counting is never exact, and
   * upwards every excess counts.
   */
  async reaches(least: number, most = least + Math.max(1, Math.ceil(least * 0.15))): Promise<void> {
    const isWithin = (pods: number) => pods >= least && pods <= most;
    const look = () => {
      const asked = this.#stage.log.of(this.name).map(({ replicas }) => replicas);
      if (!isWithin(asked.at(-1) ?? -1)) throw new Error(`asked for, one after the other, were ${asked.join(', ')}`);
      return isWithin(this.pods.length);
    };
    await eventually(look, { timeoutMs: SOON_MS, what: `${least} to ${most} pods of ${this.name}` });
  }

  /** Waits until the load that this ElasticWeb has now is seen in full, and returns since when it is. */
  async serves(qps: number, pods = Math.ceil(qps / SINGLE)): Promise<number> {
    this.load.set(qps);
    await this.reaches(pods);
    await this.settles();
    return performance.now();
  }

  /** Waits for a time in which every window has gone by and the number of pods stayed. */
  async settles(seconds = TIMES.window + 2): Promise<void> {
    const sinceMs = () => this.#stage.log.of(this.name).at(-1)?.atMs ?? performance.now();
    await passed(seconds, sinceMs);
  }

  /** The numbers of pods that were asked for since then, the one that held then first. */
  replicasSince(sinceMs: number): number[] {
    return this.#stage.log.of(this.name, sinceMs).map(({ replicas }) => replicas);
  }

  /** Waits until a condition has this status and one of these reasons, and returns its message. */
  async says(type: string, status: 'True' | 'False', ...reasons: readonly string[]): Promise<string> {
    const test = (web: ElasticWebResource) => {
      const condition = conditionOf(web, type);
      return condition?.status === status && reasons.includes(condition.reason);
    };
    const web = await this.#stage.world.until(ELASTIC_WEB, this.name, test, SOON_MS);
    return conditionOf(web, type)?.message ?? '';
  }

  /** The messages of its Events of a reason. */
  async events(reason: string): Promise<string[]> {
    const selector = `involvedObject.name=${this.name},reason=${reason}`;
    const list = await this.#stage.world.kubectl('get', 'events', `--field-selector=${selector}`, '-o', 'json');
    return (JSON.parse(list) as { items: { message: string }[] }).items.map(({ message }) => message);
  }
}

/** Lets so much time go by since a moment, which may move on meanwhile. The time itself is what such a test is about. */
export async function passed(seconds: number, sinceMs: () => number): Promise<void> {
  await eventually(() => performance.now() - sinceMs() > seconds * 1_000, {
    timeoutMs: 60_000 + seconds * 1_000,
    intervalMs: 100,
    what: `${seconds} s without a change`,
  });
}

/** Sets a stage for a test file, which goes when the file is done. Call it at the top of the file. */
export async function useStage({ shards = 1 }: { readonly shards?: number } = {}): Promise<Stage> {
  const owned = new AsyncDisposableStack();
  after(() => owned.disposeAsync());
  const world = await useWorld();
  const { client, namespace } = world;
  const directory = owned.use(temporaryDirectory('elasticweb-scaling-')).path;
  const ingress = owned.use(await Ingress.start());
  const fleet = owned.use(await Fleet.start({ client, namespace, directory, shards, others: [ingress.target] }));
  ingress.leadTo(fleet);
  const log = owned.use(new ReplicaLog(client, namespace));
  return new Stage({ world, fleet, ingress, log, directory }, owned);
}
