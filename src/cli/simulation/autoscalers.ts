/** Who decides in a simulation: the syncer's own decision, or an HPA. Pure. */

import type { DefaultedAutoscaling, DefaultedElasticWebSpec } from '../../api/types.ts';
import { decide } from '../../scaling/decide.ts';
import { decideHpa, type HpaMemory, NO_HPA_MEMORY } from '../../scaling/hpa.ts';
import { type History, NO_HISTORY, withScaling } from '../../scaling/history.ts';
import { DEFAULT_MAX_REPLICAS } from '../../scaling/initial.ts';
import type { Autoscaler } from './replay.ts';

/** A spec that scales with its load. */
export type ScaledSpec = DefaultedElasticWebSpec & { readonly autoscaling: DefaultedAutoscaling };

/** The syncer's default for --window, which it takes no readings further apart than. */
const STABLE_WINDOW_SECONDS = 60;

/** What the syncer does, with its default settings, and a decision so often. */
export function syncerLike(spec: ScaledSpec, object: string, intervalSeconds: number): Autoscaler<History> {
  const stableWindowMs = Math.max(STABLE_WINDOW_SECONDS, intervalSeconds) * 1000;
  const settings = { object, stableWindowMs, maxReplicas: DEFAULT_MAX_REPLICAS };
  return {
    start: NO_HISTORY,
    decide(moment, history) {
      const { replicas: from, nowMs } = moment;
      const decision = decide(spec, { ...settings, ...moment, currentReplicas: from, history });
      const { replicas: to, reason, podQps } = decision;
      return { replicas: to, reason, memory: withScaling(decision.history, { atMs: nowMs, from, to, podQps }) };
    },
  };
}

/** What an HPA with its defaults and the same limits does. */
export function hpaLike({
  singlePodQPS,
  autoscaling: { minReplicas, maxReplicas },
}: ScaledSpec): Autoscaler<HpaMemory> {
  return {
    start: NO_HPA_MEMORY,
    decide: (moment, memory) => decideHpa({ ...moment, singlePodQPS, minReplicas, maxReplicas }, memory),
  };
}
