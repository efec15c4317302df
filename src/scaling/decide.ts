/** How many pods an ElasticWeb runs, and why. Pure: no clock, no network, no environment. */

import { declaredReplicas } from '../api/declared-load.ts';
import { decideByLoad } from './by-load.ts';
import type { Decision, ScalingFacts, ScalingSpec } from './decision.ts';

/**
 * Decides the number of pods. The first source that speaks wins: `spec.replicas` (by hand), `spec.autoscaling` (the measured load),
 * `spec.totalQPS` (the declared load): ceil(totalQPS / singlePodQPS). `spec.suspend`, which comes before all, leaves nothing to decide.
 */
export function decide(spec: ScalingSpec, facts: ScalingFacts): Decision {
  if (spec.replicas !== undefined) {
    const { replicas } = spec;
    const message = `spec.replicas sets ${replicas} by hand; remove it to scale with the load again: kubectl patch ew ${facts.object} --type=merge -p '{"spec":{"replicas":null}}'`;
    const active = { status: false, reason: 'ManualOverride', message };
    return declared(replicas, 'ManualOverride', 'spec.replicas', facts, { active });
  }
  if (spec.autoscaling !== undefined) return decideByLoad({ ...spec, autoscaling: spec.autoscaling }, facts);
  const { totalQPS, singlePodQPS } = spec;
  const why = totalQPS === undefined ? 'no load is declared' : `totalQPS ${totalQPS} at ${singlePodQPS} a pod`;
  return declared(declaredReplicas(spec), 'DeclaredLoad', why, facts);
}

/** A number that somebody wrote down, up to the syncer's ceiling. */
function declared(
  wanted: number,
  reason: Decision['reason'],
  why: string,
  { maxReplicas, history }: ScalingFacts,
  { active }: Pick<Decision, 'active'> = { active: undefined },
): Decision {
  const decision = {
    replicas: wanted,
    recommendedReplicas: undefined,
    reason,
    why,
    qps: undefined,
    podQps: undefined,
    isProvisional: false,
    active,
    limited: undefined,
    history,
  };
  if (wanted <= maxReplicas) return decision;
  const message = `${wanted} pods are wanted, and the syncer's --max-replicas allows ${maxReplicas}`;
  return {
    ...decision,
    replicas: maxReplicas,
    reason: 'TooManyReplicas',
    why: `--max-replicas ${maxReplicas}`,
    limited: { status: true, reason: 'TooManyReplicas', message },
  };
}
