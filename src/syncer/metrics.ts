/**
 * What the syncer counts and measures for Prometheus: under controller-runtime's names where it has one, so that existing dashboards and
 * alerts work, and as `elasticweb_*` for the rest.
 */

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { VERSION } from '../api/version.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { QueueObserver, WorkQueue } from '../kube/queue.ts';
import type { ReflectorStats } from '../kube/reflector.ts';
import type { AttemptReport } from '../kube/transport.ts';
import type { QueryReport } from '../prometheus/source.ts';
import type { Autoscaler } from './autoscaler.ts';
import type { Cache } from './cache.ts';
import { LoadMetrics } from './load-metrics.ts';
import { objectMetrics } from './object-metrics.ts';
import type { Next } from './pass.ts';
import { APPLY_RESULTS, type ApplyResult, type PassCounts } from './report.ts';

/** The one controller there is, as the label of that name. */
const CONTROLLER = { controller: 'elasticweb' };
const QUEUE = { ...CONTROLLER, name: 'elasticweb' };
/** What controller-runtime calls what comes after a pass. */
const RESULTS = { done: 'success', again: 'requeue_after', retry: 'error' } as const;
/** controller-runtime's. */
const PASS_SECONDS = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5],
  ...[1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
];
/** client-go's, for the queue: powers of ten. */
const QUEUE_SECONDS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

/** Where values are looked up. */
export interface Observed {
  readonly queue: WorkQueue;
  readonly cache: Cache;
  readonly autoscaler: Pick<Autoscaler, 'view'>;
  readonly workers: number;
  readonly events: Pick<EventRecorder, 'dropped'>;
  /** Whether this process leads, and the name of the Lease; undefined where there is no election. */
  readonly election: { readonly name: string; readonly isLeading: boolean } | undefined;
}

/** The metrics of one syncer. */
export class Metrics implements PassCounts {
  readonly #registry = new Registry();
  readonly #server: string;
  #observed: Observed | undefined;
  readonly #load = new LoadMetrics(this.#registry);

  readonly #passes = this.#counter('controller_runtime_reconcile_total', 'Passes, by what came of them.', [
    'controller',
    'result',
  ]);
  readonly #errors = this.#counter('controller_runtime_reconcile_errors_total', 'Passes that failed.', ['controller']);
  readonly #terminal = this.#counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Passes that found an ElasticWeb which must change.',
    ['controller'],
  );
  readonly #panics = this.#counter(
    'controller_runtime_reconcile_panics_total',
    'Passes that met an error which no rule foresees.',
    ['controller'],
  );
  readonly #passSeconds = this.#histogram(
    'controller_runtime_reconcile_time_seconds',
    'How long passes took.',
    ['controller'],
    PASS_SECONDS,
  );
  readonly #adds = this.#counter('workqueue_adds_total', 'Keys added to the queue.', ['name', 'controller']);
  readonly #retries = this.#counter('workqueue_retries_total', 'Keys added again after a failure.', [
    'name',
    'controller',
  ]);
  readonly #waited = this.#histogram(
    'workqueue_queue_duration_seconds',
    'How long keys waited in the queue.',
    ['name', 'controller'],
    QUEUE_SECONDS,
  );
  readonly #worked = this.#histogram(
    'workqueue_work_duration_seconds',
    'How long the work on a key took.',
    ['name', 'controller'],
    QUEUE_SECONDS,
  );
  readonly #requests = this.#counter('rest_client_requests_total', 'Requests to the API server.', [
    'code',
    'method',
    'host',
  ]);
  readonly #applied = this.#counter('elasticweb_apply_total', 'What became of children, by kind and result.', [
    'kind',
    'result',
  ]);

  /** What a queue tells. */
  readonly queueObserver: QueueObserver = {
    added: () => {
      this.#adds.inc(QUEUE);
    },
    retried: () => {
      this.#retries.inc(QUEUE);
    },
    taken: (waitedMs) => {
      this.#waited.observe(QUEUE, waitedMs / 1000);
    },
    done: (workedMs) => {
      this.#worked.observe(QUEUE, workedMs / 1000);
      this.#passSeconds.observe(CONTROLLER, workedMs / 1000);
    },
  };

  /** @param server address of the API server */
  constructor(server: string) {
    this.#server = new URL(server).host;
    collectDefaultMetrics({ register: this.#registry });
    const about = { name: 'elasticweb_build_info', help: 'The version that runs; always 1.' };
    const info = new Gauge({ ...about, labelNames: ['version', 'node'], registers: [this.#registry] });
    info.set({ version: VERSION, node: process.version }, 1);
    this.#addLookedUp();
    // What has not happened yet is 0 and not absent: else the first time would be no increase.
    for (const counter of [this.#errors, this.#terminal, this.#panics]) counter.inc(CONTROLLER, 0);
    for (const result of Object.values(RESULTS)) this.#passes.inc({ ...CONTROLLER, result }, 0);
    for (const counter of [this.#adds, this.#retries]) counter.inc(QUEUE, 0);
    for (const kind of ['Deployment', 'Service']) {
      for (const result of APPLY_RESULTS) this.#applied.inc({ kind, result }, 0);
    }
  }

  /** From now on values are looked up here. */
  observe(observed: Observed): void {
    this.#observed = observed;
  }

  /** A request was answered, or not. */
  attempted({ method, status }: AttemptReport): void {
    this.#requests.inc({ code: status === undefined ? '<error>' : String(status), method, host: this.#server });
  }

  /** A pass came to its end. */
  passed(next: Next): void {
    // As controller-runtime has it, an error that only a change of the object ends is an error, too.
    const isStalled = next.kind !== 'retry' && next.stalled === true;
    const result = isStalled ? 'error' : RESULTS[next.kind];
    this.#passes.inc({ ...CONTROLLER, result });
    if (result === 'error') this.#errors.inc(CONTROLLER);
    if (isStalled) this.#terminal.inc(CONTROLLER);
  }

  /** A pass came to no end of its own. */
  failed(): void {
    this.#passes.inc({ ...CONTROLLER, result: 'error' });
    this.#errors.inc(CONTROLLER);
  }

  applied(kind: string, result: ApplyResult): void {
    this.#applied.inc({ kind, result });
  }

  /** A query to Prometheus came to its end. */
  queried(report: QueryReport): void {
    this.#load.queried(report);
  }

  panicked(): void {
    this.#panics.inc(CONTROLLER);
  }

  /** The content type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in Prometheus' text format, piece by piece: with thousands of ElasticWebs it is some MB. */
  async *text(): AsyncGenerator<string> {
    yield await this.#registry.metrics();
    if (this.#observed !== undefined) yield* objectMetrics(this.#observed.cache, this.#observed.autoscaler);
  }

  #addLookedUp(): void {
    const queue = (name: string, help: string, value: (queue: WorkQueue) => number): void => {
      this.#lookedUp(name, help, ['name', 'controller'], (set, observed) => set(QUEUE, value(observed.queue)));
    };
    queue('workqueue_depth', 'Keys that wait.', ({ depth }) => depth);
    queue('workqueue_unfinished_work_seconds', 'How long all work in hand has been going on, added up.', (of) =>
      seconds(of.workedForMs.reduce((sum, ms) => sum + ms, 0)),
    );
    queue('workqueue_longest_running_processor_seconds', 'How long the longest work in hand has been going on.', (of) =>
      seconds(Math.max(0, ...of.workedForMs)),
    );
    const controller = (name: string, help: string, value: (observed: Observed) => number): void => {
      this.#lookedUp(name, help, ['controller'], (set, observed) => set(CONTROLLER, value(observed)));
    };
    controller('controller_runtime_max_concurrent_reconciles', 'Workers.', ({ workers }) => workers);
    controller('controller_runtime_active_workers', 'Workers that have work.', ({ queue: { inHand } }) => inHand);
    const leads = 'Whether this process leads.';
    this.#lookedUp('leader_election_master_status', leads, ['name'], (set, { election }) => {
      if (election !== undefined) set({ name: election.name }, election.isLeading ? 1 : 0);
    });
    const dropped = 'Events left out because too many were waiting.';
    this.#lookedUp('elasticweb_events_dropped_total', dropped, [], (set, { events }) => set({}, events.dropped));
    this.#addWatches();
  }

  /** What the reflectors count themselves. */
  #addWatches(): void {
    const watches = (
      name: string,
      help: string,
      lookUp: (stats: ReflectorStats, set: (value: number, reason?: string) => void) => void,
    ): void => {
      this.#lookedUp(name, help, ['kind', 'reason'], (set, { cache }) => {
        for (const { kind, stats } of [cache.webs, cache.deployments, cache.services]) {
          lookUp(stats, (value, reason) => set({ kind, ...(reason !== undefined && { reason }) }, value));
        }
      });
    };
    watches('elasticweb_watch_restarts_total', 'Watches that ended, by reason.', ({ watchEnds }, set) => {
      for (const [reason, count] of Object.entries(watchEnds)) set(count, reason);
    });
    const heard = 'When the API server was last heard of: by a list, a granted watch, an event or a bookmark.';
    watches('elasticweb_watch_last_event_timestamp_seconds', heard, ({ silentForMs }, set) => {
      if (silentForMs !== undefined) set(seconds(Date.now() - silentForMs));
    });
    watches('elasticweb_lists_total', 'Lists of all objects of a kind.', ({ lists }, set) => set(lists));
    watches('elasticweb_stale_events_dropped_total', 'Events older than what was known.', ({ stale }, set) =>
      set(stale),
    );
    watches('elasticweb_malformed_events_total', 'Events that could not be understood.', ({ malformed }, set) =>
      set(malformed),
    );
  }

  /** A metric whose values are looked up when it is asked for. */
  #lookedUp<T extends string>(
    name: string,
    help: string,
    labelNames: T[],
    lookUp: (set: (labels: Partial<Record<T, string>>, value: number) => void, observed: Observed) => void,
  ): void {
    const observed = () => this.#observed;
    const configuration = {
      ...{ name, help, labelNames, registers: [this.#registry] },
      collect(this: Counter<T> | Gauge<T>) {
        this.reset();
        const now = observed();
        if (now !== undefined) lookUp((labels, value) => this.inc(labels, value), now);
      },
    };
    if (name.endsWith('_total')) new Counter(configuration);
    else new Gauge(configuration);
  }

  #counter<T extends string>(name: string, help: string, labelNames: T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<T extends string>(name: string, help: string, labelNames: T[], buckets: number[]): Histogram<T> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }
}

function seconds(ms: number): number {
  return ms / 1000;
}
