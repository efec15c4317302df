/** The syncer at work: copies of the world, a queue of ElasticWebs that want a pass, and workers that make it, while it leads. */

import { GROUP } from '../api/resource.ts';
import { isAborted, onAbort } from '../kube/abort.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Clock, sleep, systemClock } from '../kube/clock.ts';
import { isForbidden, isNotFound, isNotLeading, KubeError } from '../kube/errors.ts';
import { EventRecorder } from '../kube/events.ts';
import type { LeaseElection } from '../kube/lease.ts';
import { WorkQueue } from '../kube/queue.ts';
import { keyOf, parseKey } from '../kube/resource.ts';
import { messageOf } from '../net/cause.ts';
import { Autoscaler, type LoadReader } from './autoscaler.ts';
import { Cache } from './cache.ts';
import { Cadence } from './cadence.ts';
import { Contention } from './contention.ts';
import { ELASTIC_WEB } from './kinds.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Pace } from './pace.ts';
import type { PassContext } from './pass.ts';
import { PortWaiters } from './port-waiters.ts';
import { reconcile } from './reconcile.ts';
import { Repairs } from './repairs.ts';
import { Report } from './report.ts';
import { SourceNews } from './source-news.ts';

export interface SyncerOptions {
  /** Its writes must be refused while another process leads. */
  readonly client: KubeClient;
  readonly log: Log;
  /** Which of several syncers this is, for Events. */
  readonly instance: string;
  readonly metrics: Metrics;
  /** The election; undefined: this process leads as long as it runs. */
  readonly election:
    | {
        /** Namespace and name of the Lease. */
        readonly name: string;
        /** Who this is in the election. */
        readonly identity: string;
        readonly lease: LeaseElection;
        /** Called at once when the Lease is lost: what is in hand is not worth waiting for. */
        readonly onLost: () => void;
      }
    | undefined;
  /** The namespaces whose ElasticWebs are kept; empty: all. */
  readonly namespaces: readonly string[];
  /** Label selector of the ElasticWebs that are kept. */
  readonly selector: string | undefined;
  /** How many ElasticWebs are worked on at the same time. */
  readonly workers: number;
  readonly allowedServiceTypes: readonly string[];
  readonly maxReplicas: number;
  readonly scaling: {
    /** Where the load is read; undefined: nowhere. */
    readonly reader: LoadReader | undefined;
    readonly intervalMs: number;
    /** How long a jump of the load takes to be seen whole. */
    readonly risingMs: number;
    readonly stableWindowMs: number;
    /** Labels that no ElasticWeb may ask for, because the reader sets them. */
    readonly reservedLabels: readonly string[];
  };
  readonly clock?: Clock;
}

/** Every ElasticWeb gets a pass this often, whatever the watches say: what a watch lost is healed then. */
const RESYNC_MS = 10 * 60_000;

/** Said of objects that may not be listed. */
const FORBIDDEN =
  'does the installation give this right, and is there such a namespace? --namespace names those that it is for';

/** When the load is first read: shortly after the first passes. */
const FIRST_TICK_MS = 500;

/** While there are passes to make, and shortly after the last one, Events come one by one, with such pauses. */
const EVENT_PAUSE_MS = 50;
const SHORTLY_MS = 300;
/** How long the last Events may take at the end. */
const LAST_EVENTS_MS = 1_000;

/** A syncer: whether it leads or waits to lead, its copies are kept up to date, so that it can take over at once. */
export class Syncer {
  readonly #options: SyncerOptions;
  readonly #clock: Clock;
  readonly #queue: WorkQueue;
  readonly #cache: Cache;
  readonly #portWaiters: PortWaiters;
  readonly #events: EventRecorder;
  readonly #context: PassContext;
  readonly #autoscaler: Autoscaler;
  #isLeading = false;
  /** When the last pass ended. */
  #passedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SyncerOptions) {
    const { client, log, metrics, election, workers, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#queue = new WorkQueue({ clock, observer: metrics.queueObserver });
    this.#cache = new Cache({
      ...{ client, clock },
      namespaces: options.namespaces,
      selector: options.selector,
      // Who begins to lead looks at everything anyway.
      wake: (key) => {
        if (this.#isLeading) this.#queue.add(key);
      },
      portFreed: (port) => this.#portWaiters.offer(port),
      onError: (kind, error) => {
        // The API server knows no such kind: that needs a person, and ends by itself once the CRD is there.
        const isMissing = kind === ELASTIC_WEB.kind && isNotFound(error);
        const forbidden = this.#cache.servesOthers ? `${FORBIDDEN}; the others are served` : FORBIDDEN;
        const hint = isMissing ? 'is the CRD installed? kubectl get crd' : isForbidden(error) ? forbidden : undefined;
        log.warn('watch failed', { kind, error: messageOf(error), hint });
      },
    });
    this.#portWaiters = new PortWaiters({ cache: this.#cache, wake: (key) => this.#queue.add(key) });
    const events = new EventRecorder({
      ...{ client, clock, reportingController: `${GROUP}/syncer`, reportingInstance: options.instance },
      pauseMs: () => (this.#isBusy ? EVENT_PAUSE_MS : 0),
      onError: (error) => log.debug('an Event could not be written', { error: messageOf(error) }),
    });
    this.#events = events;
    const { reader } = options.scaling;
    // The time of day once, and from then on a clock that does not jump.
    const startMs = Date.now() - clock.monotonicMs();
    this.#autoscaler = new Autoscaler({
      ...{ cache: this.#cache, maxReplicas: options.maxReplicas },
      reader: reader && new SourceNews(reader, log, () => clock.monotonicMs()),
      stableWindowMs: options.scaling.stableWindowMs,
      nowMs: () => startMs + clock.monotonicMs(),
      // The next tick asks again; whoever has to stay away stays away.
      wake: (key) => this.#queue.addUnlessRetried(key),
    });
    this.#context = {
      client,
      cache: this.#cache,
      report: new Report({ log, events, counts: metrics }),
      pace: new Pace(clock),
      repairs: new Repairs(clock),
      autoscaler: this.#autoscaler,
      contention: new Contention(clock),
      allowedServiceTypes: options.allowedServiceTypes,
      reservedLabels: options.scaling.reservedLabels,
      now: () => new Date(),
    };
    metrics.observe({
      ...{ queue: this.#queue, cache: this.#cache, autoscaler: this.#autoscaler, workers, events },
      election: election && {
        name: parseKey(election.name).name,
        get isLeading() {
          return election.lease.isLeading;
        },
      },
    });
  }

  /** Whether everything has been listed, so that it could lead. */
  get isReady(): boolean {
    return this.#cache.hasSynced;
  }

  /**
   * Keeps the ElasticWebs until the signal aborts; then finishes the passes in hand and returns. `lost`: another process may lead now.
   */
  async run(signal: AbortSignal): Promise<'stopped' | 'lost'> {
    const { log, election } = this.#options;
    const over = new AbortController();
    const copies = this.#cache.run(AbortSignal.any([signal, over.signal]));
    const telling = this.#events.run(over.signal);
    const stopped = new Promise<void>((resolve) => onAbort(signal, resolve));
    // Before everything has been listed, what is there would look absent.
    await Promise.race([this.#cache.synced(), stopped]);
    if (!isAborted(signal)) log.info('watching', { elasticwebs: [...this.#cache.webs.values()].length });
    const end = election
      ? await election.lease.run((leading) => {
          onAbort(leading, () => {
            if (!isAborted(signal)) election.onLost();
          });
          return this.#lead(leading);
        }, signal)
      : await this.#lead(signal).then(() => 'stopped' as const);
    over.abort();
    await Promise.all([copies, telling]);
    return end;
  }

  get #isBusy(): boolean {
    return this.#queue.inHand > 0 || this.#clock.monotonicMs() - this.#passedMs < SHORTLY_MS;
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const { log, election, workers } = this.#options;
    if (election) log.info('leading', { lease: election.name, identity: election.identity });
    this.#isLeading = true;
    const lookAtAll = (): void => {
      for (const web of this.#cache.webs.values()) this.#queue.add(keyOf(web));
    };
    lookAtAll();
    const stopResync = every(this.#clock, RESYNC_MS, lookAtAll);
    const work = {
      workers,
      process: (key: string) => this.#pass(key),
      onError: (key: string, error: unknown) => this.#failed(key, error),
    };
    onAbort(signal, () => {
      this.#isLeading = false;
    });
    await Promise.all([this.#queue.run(work, signal), this.#scale(signal)]);
    stopResync();
    // What the last pass told is written while this process may still write.
    await this.#events.flush(LAST_EVENTS_MS);
  }

  /** Reads the load and decides, again and again. One that takes long is followed by the next at once, never by two. */
  async #scale(signal: AbortSignal): Promise<void> {
    const { intervalMs } = this.#options.scaling;
    const cadence = new Cadence(this.#options.scaling);
    // The passes of the beginning say whose load is to be read.
    await sleep(this.#clock, Math.min(intervalMs, FIRST_TICK_MS), signal);
    while (!isAborted(signal)) {
      const startedMs = this.#clock.monotonicMs();
      const hasJumped = await this.#autoscaler.tick(signal).catch((error: unknown) => {
        const { stack = messageOf(error) } = error instanceof Error ? error : {};
        this.#options.log.error('unexpected error while scaling', { stack });
        return false;
      });
      const nowMs = this.#clock.monotonicMs();
      await sleep(this.#clock, Math.max(0, startedMs + cadence.pauseMs(nowMs, hasJumped) - nowMs), signal);
    }
  }

  async #pass(key: string): Promise<void> {
    const make = () => reconcile(this.#context, key, this.#queue.failures(key));
    const next = await this.#portWaiters.pass(key, make);
    this.#passedMs = this.#clock.monotonicMs();
    this.#options.metrics.passed(next);
    if (next.kind === 'retry') {
      this.#queue.retry(key, next.afterMs);
      if (next.tellAfterMs !== undefined) this.#queue.addAfter(key, next.tellAfterMs);
      return;
    }
    this.#queue.forget(key);
    if (next.kind === 'again') this.#queue.addAfter(key, next.afterMs);
  }

  #failed(key: string, error: unknown): void {
    const { log, metrics } = this.#options;
    metrics.failed();
    // Who leads now, or next, will do it.
    if (isNotLeading(error) || !this.#isLeading) return;
    const { stack } = error instanceof Error && !(error instanceof KubeError) ? error : {};
    log.error('pass failed, tried again', { elasticweb: key, error: messageOf(error), stack });
  }
}

function every(clock: Clock, intervalMs: number, task: () => void): () => void {
  let cancel = clock.schedule(intervalMs, tick);
  function tick(): void {
    task();
    cancel = clock.schedule(intervalMs, tick);
  }
  return () => {
    cancel();
  };
}
