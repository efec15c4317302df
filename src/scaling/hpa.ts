/**
 * How many pods a HorizontalPodAutoscaler with its defaults would run, to compare with. Pure.
 *
 * As in Kubernetes 1.37, with one External metric of type AverageValue: target `singlePodQPS` a pod.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 */

import { INT32_MAX } from '../api/schema.ts';
import { limitRate, type Rates, restraintOf, stabilize } from './behavior.ts';
import { type History, NO_HISTORY, withRecommendation, withScaling } from './history.ts';
import type { Reading } from './reading.ts';

/** How often an HPA looks at its metric, in seconds. */
export const HPA_SYNC_SECONDS = 15;

/** HPA's defaults for `behavior`. */
export const HPA_RATES: Rates = {
  up: {
    windowMs: 0,
    select: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    tolerance: 0.1,
  },
  down: {
    windowMs: 300_000,
    select: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    tolerance: 0.1,
  },
};

/** What an HPA goes by. */
export interface HpaFacts {
  readonly reading: Reading;
  readonly nowMs: number;
  /** Replicas that the Deployment asks for, and has: nothing is rolled out. */
  readonly replicas: number;
  readonly singlePodQPS: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** What an HPA remembers. */
export interface HpaMemory {
  readonly history: History;
  /** Whether it was the HPA that took the last pod: a zero that a person set pauses it. */
  readonly scaledToZero: boolean;
}

export const NO_HPA_MEMORY: HpaMemory = { history: NO_HISTORY, scaledToZero: false };

/** What an HPA does, with the reason of its condition. */
export interface HpaDecision {
  readonly replicas: number;
  readonly reason: string;
  readonly memory: HpaMemory;
}

/** What the HPA does at a sync. A metric that cannot be had changes nothing. */
export function decideHpa(facts: HpaFacts, memory: HpaMemory, rates: Rates = HPA_RATES): HpaDecision {
  const { reading, nowMs, replicas: current, minReplicas, maxReplicas } = facts;
  // The first thing an HPA remembers is what it found.
  const found = [{ atMs: nowMs, replicas: current }];
  const isFirst = memory.history.recommendations.length === 0;
  const history = isFirst ? { ...memory.history, recommendations: found } : memory.history;
  const settled = (replicas: number, reason: string, kept: History = history): HpaDecision => ({
    replicas,
    reason,
    memory: {
      history: withScaling(kept, { atMs: nowMs, from: current, to: replicas }),
      scaledToZero: replicas === 0 && (current > 0 || memory.scaledToZero),
    },
  });
  if (current === 0 && !memory.scaledToZero) return settled(0, 'ScalingDisabled');
  if (current > maxReplicas) return settled(maxReplicas, 'TooManyReplicas');
  if (current < minReplicas) return settled(minReplicas, 'TooFewReplicas');
  const qps = reading.kind === 'measured' ? reading.stableQps : undefined;
  if (qps === undefined) return settled(current, 'FailedGetExternalMetric');

  const recommended = recommendation(qps, facts, rates);
  const step = { current, nowMs };
  const stable = stabilize({ ...step, desired: recommended }, history, rates);
  const allowed = limitRate({ ...step, desired: stable }, history.events, rates);
  const replicas = Math.min(Math.max(allowed, minReplicas), maxReplicas);
  const windows = { upMs: rates.up.windowMs, downMs: rates.down.windowMs };
  const remembered = withRecommendation(history, { atMs: nowMs, replicas: recommended }, windows);
  const reason = restraintOf({ recommended, stable, allowed, replicas }) ?? 'DesiredWithinRange';
  return settled(replicas, reason, remembered);
}

/** The number before windows, policies and limits: ceil(load / target), unless it is within the tolerance of what runs. */
function recommendation(qps: number, { replicas, singlePodQPS }: HpaFacts, { up, down }: Rates): number {
  // Metrics come in thousandths, cut off.
  const [usage, target] = [Math.trunc(qps * 1000), singlePodQPS * 1000];
  // Without pods this is infinite or no number, and so never within the tolerance.
  const ratio = usage / (target * replicas);
  if (ratio >= 1 - down.tolerance && ratio <= 1 + up.tolerance) return replicas;
  return Math.min(Math.ceil(usage / target), INT32_MAX);
}
