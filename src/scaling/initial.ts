/** How many pods an ElasticWeb gets before anything was measured. */

import { declaredReplicas } from '../api/declared-load.ts';
import type { ScalingSpec } from './decision.ts';

/** The most pods that the syncer gives to one ElasticWeb, unless its operator says otherwise. */
export const DEFAULT_MAX_REPLICAS = 10_000;

/**
 * Pods of the first Deployment. The first of these that the spec has:
 *
 * 1. `replicas`: that number.
 * 2. `autoscaling`: what the declared load needs, at least 1, kept within minReplicas and maxReplicas. A load that is not measured yet is
 *    unknown, not zero: without a pod there would be nothing to measure. So 700 QPS at 500 a pod are 2 pods with limits of 1 to 20,
 *    5 with limits of 5 to 20; no totalQPS and totalQPS 0 are 1 pod with limits of 0 to 20. Mode Observe starts the same.
 * 3. The declared load: ceil(totalQPS / singlePodQPS), so that 0 QPS are no pods; 1 without totalQPS.
 *
 * @param maxReplicas ceiling that the operator of the syncer sets, above everything else, `replicas` and minReplicas included
 */
export function initialReplicas(spec: ScalingSpec, maxReplicas = DEFAULT_MAX_REPLICAS): number {
  return Math.min(wantedReplicas(spec), maxReplicas);
}

function wantedReplicas(spec: ScalingSpec): number {
  const { replicas, autoscaling } = spec;
  if (replicas !== undefined) return replicas;
  const declared = declaredReplicas(spec);
  if (autoscaling === undefined) return declared;
  return Math.min(Math.max(declared, 1, autoscaling.minReplicas), autoscaling.maxReplicas);
}
