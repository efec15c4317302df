/** The measured load at work: what each ElasticWeb's load is, what scaling remembers of it, and which ones want a pass for it. */

import { setImmediate as turn } from 'node:timers/promises';
import { conditionOf } from '../api/conditions.ts';
import type { DefaultedElasticWebSpec, ElasticWebStatus } from '../api/types.ts';
import { metricsServiceName } from '../construct/names.ts';
import { keyOf } from '../kube/resource.ts';
import type { LoadTarget } from '../prometheus/source.ts';
import { decide } from '../scaling/decide.ts';
import type { Decision, DecisionReason, Judgement, ScalingSpec } from '../scaling/decision.ts';
import { type History, NO_HISTORY, withScaling } from '../scaling/history.ts';
import { restoredHistory } from '../scaling/memory.ts';
import { type Reading, unknown } from '../scaling/reading.ts';
import type { Cache, Pods } from './cache.ts';
import type { ElasticWebResource } from './kinds.ts';
import { isNews } from './scaling-status.ts';

/** Where readings come from. */
export interface LoadReader {
  /** The load of each of them by key, told as it comes; what cannot be read is unknown, and nothing is thrown. */
  read(targets: readonly LoadTarget[], signal: AbortSignal): AsyncIterable<ReadonlyMap<string, Reading>>;
}

export interface AutoscalerOptions {
  /** Undefined: there is no Prometheus, and every load is unknown. */
  readonly reader: LoadReader | undefined;
  readonly cache: {
    readonly webs: Pick<Cache['webs'], 'get'>;
    readonly deployments: Pick<Cache['deployments'], 'glance'>;
  };
  readonly stableWindowMs: number;
  readonly maxReplicas: number;
  /** Milliseconds since 1970, on a clock that never jumps. */
  readonly nowMs: () => number;
  /** Told the key of an ElasticWeb that wants a pass, because its number of pods or what is said of it changes. */
  readonly wake: (key: string) => void;
}

/** The pods of an ElasticWeb as a pass found them. */
export interface LivePods {
  /** The replicas that the Deployment asks for; undefined while there is none. */
  readonly currentReplicas: number | undefined;
  readonly readyReplicas: number;
}

/** What is known of one ElasticWeb between passes. */
interface Entry {
  readonly uid: string | undefined;
  readonly spec: ScalingSpec;
  /** Undefined where the load is not asked for: the number is set by hand. */
  readonly target: LoadTarget | undefined;
  history: History;
  reading: Reading;
  /** When the reading was made. */
  readMs: number;
  decision: Decision | undefined;
  /** What was said of limits last, and since when it has been the same. */
  limited: { readonly judgement: Judgement | undefined; readonly sinceMs: number } | undefined;
}

/** What scaling says about one ElasticWeb, for metrics. */
export interface ScalingView {
  /** When the reading was made, in milliseconds since 1970. */
  readonly readMs: number;
  /** The load that counts, in requests per second; undefined while it is unknown. */
  readonly qps: number | undefined;
  readonly reason: DecisionReason | undefined;
}

/** What is remembered of one ElasticWeb, and what time it is. */
export interface Memory {
  readonly history: History;
  readonly nowMs: number;
  /** For how long each decision has said the same of limits. */
  readonly limitedForMs: number;
}

/** So many are decided without giving other work a turn: some milliseconds. */
const TURN_AFTER = 500;

const NOT_READ_YET = unknown('NotReadYet', 'the first answer of Prometheus is still to come');
const NO_SOURCE = unknown(
  'NoMetricsSource',
  'the syncer runs without --prometheus-url, so the load is unknown and the number of pods stays',
);

/** Reads the load of all ElasticWebs at each tick and decides; a pass asks it for the number. */
export class Autoscaler {
  readonly #options: AutoscalerOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: AutoscalerOptions) {
    this.#options = options;
  }

  /** The number of pods for a pass. From now on the load of this ElasticWeb is read at each tick, if its spec asks for that. */
  decide(web: ElasticWebResource, spec: DefaultedElasticWebSpec, pods: LivePods): Decision {
    const key = keyOf(web);
    if (spec.autoscaling === undefined) {
      this.#entries.delete(key);
      return decide(spec, this.#facts(web, pods, NOT_READ_YET, undefined));
    }
    const known = this.#entries.get(key);
    const before = known?.uid === web.metadata.uid ? known : undefined;
    const { reader } = this.#options;
    const target = reader === undefined || spec.replicas !== undefined ? undefined : targetOf(web, spec);
    const isSameMetric = before?.target !== undefined && JSON.stringify(before.target) === JSON.stringify(target);
    const entry: Entry = {
      uid: web.metadata.uid,
      spec: {
        ...(spec.replicas !== undefined && { replicas: spec.replicas }),
        ...(spec.totalQPS !== undefined && { totalQPS: spec.totalQPS }),
        ...{ autoscaling: spec.autoscaling, singlePodQPS: spec.singlePodQPS },
      },
      target: isSameMetric ? before.target : target,
      history: before === undefined ? this.#restored(web, pods) : goneOn(before, target),
      reading: reader === undefined ? NO_SOURCE : isSameMetric ? before.reading : NOT_READ_YET,
      readMs: isSameMetric ? before.readMs : this.#options.nowMs(),
      decision: undefined,
      limited: before?.limited,
    };
    this.#entries.set(key, entry);
    return this.#decide(web, entry, pods);
  }

  /** The number of pods was changed, as was decided. */
  scaled(web: ElasticWebResource, from: number, to: number): void {
    const entry = this.#entries.get(keyOf(web));
    if (entry === undefined) return;
    const atMs = this.#options.nowMs();
    entry.history = withScaling(entry.history, { atMs, from, to, podQps: entry.decision?.podQps });
  }

  /** What is to be remembered of an ElasticWeb, and when it was decided; undefined where nothing is. */
  memoryOf(web: ElasticWebResource): Memory | undefined {
    const entry = this.#entries.get(keyOf(web));
    return entry && this.#memory(entry);
  }

  /** What scaling says about an ElasticWeb; undefined where its load is not read. */
  view(web: ElasticWebResource): ScalingView | undefined {
    const entry = this.#entries.get(keyOf(web));
    if (entry?.target === undefined) return undefined;
    const { readMs, decision } = entry;
    return { readMs, qps: decision?.qps, reason: decision?.reason };
  }

  /** Reads the load of this ElasticWeb no more: it is suspended, say. Its history is kept in status. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /**
   * Reads the load of all of them, decides, and wakes those for which something is to be done or told. However many there are, the
   * number of requests to Prometheus is that of the metrics they name, and other work gets its turns.
   *
   * @returns whether some load has jumped
   */
  async tick(signal: AbortSignal): Promise<boolean> {
    const { cache, reader, nowMs } = this.#options;
    const targets = new Map<string, LoadTarget>();
    for (const [key, { uid, target }] of this.#entries) {
      if (cache.webs.get(key)?.metadata.uid !== uid) this.#entries.delete(key);
      else if (target !== undefined) targets.set(key, target);
    }
    if (reader === undefined || targets.size === 0) return false;
    let decided = 0;
    let hasJumped = false;
    for await (const readings of reader.read([...targets.values()], signal)) {
      if (signal.aborted) return false;
      const readMs = nowMs();
      for (const [key, reading] of readings) {
        const entry = this.#entries.get(key);
        // While Prometheus was asked, the metric may have become another.
        if (entry?.target === undefined || entry.target.metric !== targets.get(key)?.metric) continue;
        entry.reading = reading;
        if (reading.kind === 'measured' || reading.reason !== 'NotReadYet') entry.readMs = readMs;
        if (this.#follow(key, entry)) hasJumped = true;
        if (++decided % TURN_AFTER === 0) await turn();
      }
    }
    return hasJumped;
  }

  /** Decides on the reading of an ElasticWeb, and wakes it if something is to be done or told. @returns whether its load has jumped */
  #follow(key: string, entry: Entry): boolean {
    const { cache, wake } = this.#options;
    const web = cache.webs.get(key);
    const pods = cache.deployments.glance(key);
    // What is not there, or not ours, is the business of a pass, and somebody else wakes it.
    if (web === undefined || pods === undefined || pods.owner !== entry.uid) return false;
    const decision = this.#decide(web, entry, { currentReplicas: pods.replicas, readyReplicas: pods.ready });
    if (decision.replicas !== pods.replicas || this.#isNews(decision, entry, web)) wake(key);
    return hasLoadJumped(entry.spec, decision, pods);
  }

  #isNews(decision: Decision, entry: Entry, { status }: ElasticWebResource): boolean {
    return status?.scaling === undefined || isNews(decision, status, this.#memory(entry));
  }

  #memory({ history, limited }: Entry): Memory {
    const nowMs = this.#options.nowMs();
    return { history, nowMs, limitedForMs: nowMs - (limited?.sinceMs ?? nowMs) };
  }

  #decide(web: ElasticWebResource, entry: Entry, pods: LivePods): Decision {
    const decision = decide(entry.spec, this.#facts(web, pods, entry.reading, entry.history));
    entry.history = decision.history;
    entry.decision = decision;
    const [before, now] = [entry.limited?.judgement, decision.limited];
    if (before?.reason !== now?.reason || before?.status !== now?.status) {
      entry.limited = { judgement: now, sinceMs: this.#options.nowMs() };
    }
    return decision;
  }

  #facts({ metadata, status }: ElasticWebResource, pods: LivePods, reading: Reading, history: History = NO_HISTORY) {
    const { nowMs, stableWindowMs, maxReplicas } = this.#options;
    // Before it had a Deployment, nothing was decided that counts.
    const hasActed = conditionOf(status, 'DeploymentReady') !== undefined;
    return {
      ...{ ...pods, reading, history, nowMs: nowMs(), stableWindowMs, maxReplicas },
      object: `${metadata.name} -n ${metadata.namespace ?? ''}`,
      decidedReplicas: hasActed ? status?.desiredReplicas : undefined,
      recommendedReplicas: status?.recommendedReplicas,
    };
  }

  /** What the syncer before this one remembered. */
  #restored({ status }: ElasticWebResource, { currentReplicas }: LivePods): History {
    if (currentReplicas === undefined) return NO_HISTORY;
    return restoredHistory(status?.scaling, {
      nowMs: this.#options.nowMs(),
      currentReplicas,
      desiredReplicas: status?.desiredReplicas,
      wasActive: !wasUnknown(status),
    });
  }
}

/** A load that asks for so many times the pods that there are, and so many more, has jumped. Of a few pods, half is nothing. */
const JUMP = 1.5;
const JUMP_PODS = 4;

function hasLoadJumped({ autoscaling }: ScalingSpec, decision: Decision, pods: Pods): boolean {
  if (autoscaling?.mode === 'Observe') return false;
  return decision.replicas >= Math.max(JUMP * pods.replicas, pods.replicas + JUMP_PODS);
}

/** While the number was set by hand, nobody asked for the load: since when it is unknown counts from now. */
function goneOn({ target: before, history }: Entry, target: LoadTarget | undefined): History {
  return before === undefined && target !== undefined ? { ...history, knownMs: undefined } : history;
}

/** Whether status says that the load was asked for and not known. That it was set by hand says nothing about it. */
function wasUnknown(status: ElasticWebStatus | undefined): boolean {
  const active = conditionOf(status, 'ScalingActive');
  return active?.status === 'False' && !['ManualOverride', 'ReplicasContended', 'Suspended'].includes(active.reason);
}

function targetOf({ metadata }: ElasticWebResource, spec: DefaultedElasticWebSpec): LoadTarget | undefined {
  if (spec.autoscaling === undefined) return undefined;
  const { name, namespace = '' } = metadata;
  // Whichever Service has the port that is scraped, never both.
  const service = spec.mtargetPort === undefined ? name : metricsServiceName(name);
  return { key: keyOf({ metadata }), namespace, name: service, metric: spec.autoscaling.metric };
}
