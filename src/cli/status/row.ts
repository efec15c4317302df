/** What there is to say about one ElasticWeb in one line. Pure. */

import type { ReadyReason } from '../../api/conditions.ts';
import type { Autoscaling, ElasticWebSpec } from '../../api/types.ts';
import type { ElasticWebResource } from '../../syncer/kinds.ts';

/** One ElasticWeb. What is not known is undefined. */
export interface StatusRow {
  readonly namespace: string;
  readonly name: string;
  /** The load behind the last decision, in requests per second. */
  readonly qps: number | undefined;
  /** When it was measured; RFC 3339. */
  readonly measuredAt: string | undefined;
  /** Requests per second that the ready pods can serve. */
  readonly capacityQps: number | undefined;
  readonly replicas: number | undefined;
  readonly readyReplicas: number | undefined;
  readonly desiredReplicas: number | undefined;
  /** What mode Auto would do; only with mode Observe. */
  readonly recommendedReplicas: number | undefined;
  readonly minReplicas: number | undefined;
  readonly maxReplicas: number | undefined;
  readonly reason: string;
  /** More about the reason, where the status says more. */
  readonly message: string | undefined;
}

/** Why there is nothing to say about the newest state. */
export const NO_SYNCER = 'NoSyncer';
export const SYNCER_AWAY = 'SyncerAway';

/** A change that no syncer has looked at for so long is looked at by none. It takes milliseconds, and failover 17 s. */
const AWAY_AFTER_MS = 30_000;

/** The reason of not being ready that keeps nothing from working. */
const AS_INTENDED: ReadyReason = 'Suspended';

/** The row of an ElasticWeb as it is stored. */
export function rowOf(web: ElasticWebResource, nowMs: number): StatusRow {
  const { metadata } = web;
  const { spec, status } = contentOf(web);
  const autoscaling = spec?.autoscaling ?? undefined;
  const milliQps = (autoscaling && status?.scaling?.observedMilliQPS) ?? undefined;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    qps: milliQps === undefined ? undefined : milliQps / 1000,
    // As long as nothing was measured, the time says since when it is asked for.
    measuredAt: (milliQps === undefined ? undefined : status?.scaling?.observedTime) ?? undefined,
    capacityQps: status?.realQPS ?? undefined,
    replicas: status?.replicas ?? undefined,
    readyReplicas: status?.readyReplicas ?? undefined,
    desiredReplicas: status?.desiredReplicas ?? undefined,
    recommendedReplicas: status?.recommendedReplicas ?? undefined,
    minReplicas: autoscaling && (autoscaling.minReplicas ?? 1),
    maxReplicas: autoscaling?.maxReplicas ?? undefined,
    ...reasonOf(web, nowMs),
  };
}

/** What a row is made of. */
type Content = Pick<ElasticWebResource, 'status'> & {
  readonly spec: Pick<ElasticWebSpec, 'suspend'> & {
    readonly autoscaling?: Pick<Autoscaling, 'minReplicas' | 'maxReplicas'>;
  };
};

/** Of an object that an older schema or another hand let in, any part may be missing. */
type Loose<T> = T extends readonly (infer One)[]
  ? readonly (Loose<One> | null)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Loose<T[Key]> | null }
    : T;

const contentOf = (web: ElasticWebResource): Loose<Content> => web;

type Why = Pick<StatusRow, 'reason' | 'message'>;

/** What matters most about it: first what keeps it from working, then what the number of pods rests on. */
function reasonOf(web: ElasticWebResource, nowMs: number): Why {
  const { metadata } = web;
  const { spec, status } = contentOf(web);
  const observed = status?.observedGeneration ?? -1;
  const condition = (type: string, value: 'True' | 'False'): Why | undefined => {
    const found = status?.conditions?.find((one) => one?.type === type && one.status === value);
    return found ? why(found.reason ?? `${type}=${value}`, found.message ?? undefined) : undefined;
  };
  const notReady = condition('Ready', 'False');
  if (typeof metadata.deletionTimestamp === 'string') return why('Deleting');
  if (observed < 0) return why(NO_SYNCER, 'no syncer has looked at it');
  if (observed < (metadata.generation ?? 0) && nowMs - changedMs(web) > AWAY_AFTER_MS) {
    return why(SYNCER_AWAY, 'no syncer has looked at its last change');
  }
  return (
    condition('Stalled', 'True') ??
    (notReady?.reason === AS_INTENDED ? undefined : notReady) ??
    (spec?.suspend === true ? why('Suspended') : undefined) ??
    condition('ScalingActive', 'False') ??
    condition('ScalingLimited', 'True') ??
    why(status?.scaling?.reason ?? 'DeclaredLoad')
  );
}

const why = (reason: string, message?: string): Why => ({ reason, message });

/** When somebody last changed the object itself, and not its status; as long as nobody says, just now. */
function changedMs({ metadata: { managedFields = [], creationTimestamp } }: ElasticWebResource): number {
  const times = managedFields.filter(({ subresource }) => subresource !== 'status').map(({ time }) => time);
  const known = [...times, creationTimestamp].map((time) => Date.parse(time ?? '')).filter(Number.isFinite);
  return known.length === 0 ? Infinity : Math.max(...known);
}

/** The order of namespaces, and of names in them. */
export function byName(a: StatusRow, b: StatusRow): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
