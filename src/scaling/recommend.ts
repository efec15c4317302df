/** How many pods a reading asks for, before anything slows that down. Pure. */

import { INT32_MAX } from '../api/schema.ts';
import type { DefaultedAutoscaling } from '../api/types.ts';
import type { Rates } from './behavior.ts';
import type { History, ScaleEvent } from './history.ts';
import type { Measured } from './reading.ts';

/** What the recommendation rests on besides the spec. */
export interface Observation {
  readonly reading: Measured;
  /** Pods that the Deployment asks for. Its status says less: during a rollout it counts pods twice. */
  readonly current: number;
  /** Pods that are ready. */
  readonly ready: number;
  readonly history: History;
  readonly nowMs: number;
  readonly stableWindowMs: number;
}

/**
 * Why the recommendation is what it is.
 *
 * - `DesiredWithinRange`: what the load needs. `WithinTolerance`: too close to what there is to change it. `Saturated`: more than what was
 *   read, because full pods do not show the whole load. `WindowNotCovered`: less was read than there are pods for, but not of all pods for
 *   the whole window, so that it may be more.
 */
export type RecommendationReason = 'DesiredWithinRange' | 'WithinTolerance' | 'Saturated' | 'WindowNotCovered';

/** What a reading asks for. */
export interface Wish {
  readonly replicas: number;
  readonly reason: RecommendationReason;
  /** The load that counts: the larger of both windows, in requests per second. */
  readonly qps: number;
  /** Requests per second that a pod carries, among those that show their load; undefined where none does. */
  readonly podQps: number | undefined;
  /** Pods were added, they show their load by now, and it fits. */
  readonly lastStepFits: boolean;
}

/** Floating-point dust, of one pod or relative to more of them: 30.000000000000004 pods are 30. */
const DUST = 1e-9;
/** A pod that carries so much more than it should, again, is taken for full. */
const FULL = 1.1;
/** After a step that fits the load, a pod carries less than before; one that is full carries as much. */
const AS_MUCH = 0.9;
/** Pods that show more than so many times what they showed before are not full yet. */
const NO_MORE = 1.2;
/** How much more than what was read is taken then: never more than this times the need, which is at least what was read. */
const STRIDE = 1.4;
/** How long after a step its effect is looked for. */
const STEP_SHOWS_WITHIN_MS = 180_000;

/**
 * Pods that serve a load: ceil(qps / singlePodQPS). 700 QPS at 500 a pod are 2 pods, 0 QPS none.
 *
 * The formula of HPA's AverageValue: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 */
export function podsFor(qps: number, singlePodQPS: number): number {
  const pods = qps / singlePodQPS;
  return Math.min(Math.max(0, Math.ceil(pods - DUST * Math.max(1, pods))), INT32_MAX);
}

/** What the load asks for: upwards the larger reading counts at once, downwards only one that covers its window. */
export function recommend(
  singlePodQPS: number,
  { metric, saturation }: Pick<DefaultedAutoscaling, 'metric' | 'saturation'>,
  observation: Observation,
  rates: Rates,
): Wish {
  const { reading, current } = observation;
  const qps = Math.max(reading.stableQps ?? 0, reading.fastQps ?? 0);
  const needed = podsFor(qps, singlePodQPS);
  const shown = shownBy(observation, metric.type, qps);
  const step = shown && lastShownStep(observation, shown);
  const wish = (replicas: number, reason: RecommendationReason): Wish => ({
    ...{ replicas, reason, qps },
    podQps: shown?.podQps,
    lastStepFits: step !== undefined && step === observation.history.events.at(-1) && needed <= current,
  });
  const ratio = qps / (singlePodQPS * current);
  if (needed > current) {
    if (ratio <= 1 + rates.up.tolerance + DUST) return wish(current, 'WithinTolerance');
    return saturation && shown !== undefined && step !== undefined && isFull(step, shown, singlePodQPS)
      ? wish(Math.min(Math.max(needed, Math.floor(needed * STRIDE)), INT32_MAX), 'Saturated')
      : wish(needed, 'DesiredWithinRange');
  }
  if (needed < current) {
    if (!isCovered(observation, metric.type)) return wish(current, 'WindowNotCovered');
    if (ratio >= 1 - rates.down.tolerance - DUST) return wish(current, 'WithinTolerance');
  }
  return wish(needed, 'DesiredWithinRange');
}

/** Whether nothing is missing in the stable window, so that the load is no more than what was read. */
function isCovered(
  { reading, ready, history, nowMs, stableWindowMs }: Observation,
  type: 'Pods' | 'External',
): boolean {
  const { stableQps, targets } = reading;
  if (stableQps === undefined) return false;
  if (targets === undefined) return true;
  // What counts elsewhere has nothing to do with the pods; there, whoever was seen must be seen to the end.
  if (type === 'External') return targets.covered >= Math.max(1, targets.seen);
  // Pods that were just added may take a part of the load before anybody knows that they are ready.
  const last = history.events.at(-1);
  if (last !== undefined && last.change > 0 && nowMs - last.atMs < stableWindowMs) return false;
  // Where no pod is ready none is served, whatever the load is.
  return ready > 0 && targets.covered >= ready;
}

/** Pods that show what they carry, and how much each of them carries. */
interface Shown {
  readonly pods: number;
  readonly podQps: number;
}

/** Pods that do not show their load yet carry some, but how much is not known. What counts elsewhere shows the load of all ready pods. */
function shownBy({ reading, ready }: Observation, type: 'Pods' | 'External', qps: number): Shown | undefined {
  const { fastQps, targets } = reading;
  const [pods, load] = type === 'External' || targets === undefined ? [ready, qps] : [targets.fast, fastQps];
  return pods > 0 && load !== undefined ? { pods: Math.min(pods, ready), podQps: load / pods } : undefined;
}

/**
 * The latest of the changes that added pods of which most show their load by now; undefined if there is none. Where pods are added faster than
 * they come, the last change of all is not shown for long.
 */
function lastShownStep({ current, history, nowMs }: Observation, { pods }: Shown): ScaleEvent | undefined {
  let after = current;
  for (const event of history.events.toReversed()) {
    if (event.change <= 0 || nowMs - event.atMs > STEP_SHOWS_WITHIN_MS) return undefined;
    if (pods >= after - Math.floor(event.change / 2)) return event;
    after -= event.change;
  }
  return undefined;
}

/**
 * Whether the pods are full: they were too few, pods were added, those show their load by now, and still each carries as much as before, with
 * no moment in between at which the load did fit. Where each carries much more than before, the counters do show more.
 *
 * Full pods serve what they can, and the counters show no more. Following them is a staircase: with pods that serve 13 where 10 are asked
 * for, from 100 QPS to 500, steps of 30 %. From the second step on the stride is longer, and it ends when the load fits.
 */
function isFull({ podQps: before }: ScaleEvent, { podQps }: Shown, single: number): boolean {
  return before !== undefined && podQps >= FULL * single && podQps >= AS_MUCH * before && podQps <= NO_MORE * before;
}
