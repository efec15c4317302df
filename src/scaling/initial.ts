/** How many pods the first Deployment gets, before anything was measured. */

import { declaredReplicas } from '../api/declared-load.ts';
import type { DefaultedElasticWebSpec } from '../api/types.ts';

/** The syncer's ceiling unless `--max-replicas` says otherwise. */
export const DEFAULT_MAX_REPLICAS = 10_000;

/**
 * Pods of the first Deployment: `spec.replicas`, else with autoscaling max(1, ceil(totalQPS / singlePodQPS)) within its minimum and maximum,
 * else ceil(totalQPS / singlePodQPS). Never above `maxReplicas`.
 */
export function initialReplicas(spec: DefaultedElasticWebSpec, maxReplicas: number = DEFAULT_MAX_REPLICAS): number {
  return Math.min(wanted(spec), maxReplicas);
}

function wanted(spec: DefaultedElasticWebSpec): number {
  if (spec.replicas !== undefined) return spec.replicas;
  const declared = declaredReplicas(spec);
  if (spec.autoscaling === undefined) return declared;
  const { minReplicas, maxReplicas } = spec.autoscaling;
  return Math.min(Math.max(declared, 1, minReplicas), maxReplicas);
}
