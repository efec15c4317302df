/** How many pods an ElasticWeb runs. Pure: no clock, no network, no environment. */

import { declaredReplicas } from '../api/declared-load.ts';
import type { DefaultedElasticWebSpec } from '../api/types.ts';
import { initialReplicas } from './initial.ts';

/** What a decision rests on besides the spec. */
export interface ScalingFacts {
  /** The ElasticWeb as kubectl names it, such as `shop -n blog`; for messages. */
  readonly object: string;
  /** The replicas that the live Deployment asks for; undefined while there is none. */
  readonly currentReplicas: number | undefined;
  /** The syncer's ceiling for every ElasticWeb. */
  readonly maxReplicas: number;
}

/** A number of pods, and why. The reasons are those of the condition that tells it. */
export interface Decision {
  readonly replicas: number;
  /** What the number rests on, in a few words: `totalQPS 2000 at 500 a pod`. */
  readonly why: string;
  /** Whether scaling with the load is at work; undefined where nobody asked for it. */
  readonly active: Judgement | undefined;
  /** Whether a limit keeps the number from what was wanted. */
  readonly limited: Judgement | undefined;
}

/** The status, reason and message of a condition. */
export interface Judgement {
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

/**
 * Decides the number of pods. The first source that speaks wins: `spec.replicas` (by hand), `spec.autoscaling` (the measured load),
 * `spec.totalQPS` (the declared load): ceil(totalQPS / singlePodQPS).
 *
 * An unknown load keeps the number of pods: scaling down blind hurts more than scaling down late.
 */
export function decideReplicas(spec: DefaultedElasticWebSpec, facts: ScalingFacts): Decision {
  if (spec.replicas !== undefined) {
    return capped(spec.replicas, 'spec.replicas', facts, manualOverride(spec.replicas, facts.object));
  }
  if (spec.autoscaling !== undefined) {
    const { mode, minReplicas, maxReplicas } = spec.autoscaling;
    const held = facts.currentReplicas ?? initialReplicas(spec, facts.maxReplicas);
    // Observe only looks on: the limits are part of what it would do.
    const replicas = mode === 'Observe' ? held : Math.min(Math.max(held, minReplicas), maxReplicas);
    const why = replicas === held ? 'the load is unknown' : `minReplicas ${minReplicas}, maxReplicas ${maxReplicas}`;
    return capped(replicas, why, facts, NO_METRICS_SOURCE);
  }
  const { totalQPS, singlePodQPS } = spec;
  const why = totalQPS === undefined ? 'no load is declared' : `totalQPS ${totalQPS} at ${singlePodQPS} a pod`;
  return capped(declaredReplicas(spec), why, facts, undefined);
}

const NO_METRICS_SOURCE: Judgement = {
  status: false,
  reason: 'NoMetricsSource',
  message: 'this version does not measure the load yet, so it is unknown and the number of pods stays',
};

function manualOverride(replicas: number, object: string): Judgement {
  return {
    status: false,
    reason: 'ManualOverride',
    message: `spec.replicas sets ${replicas} by hand; remove it to scale with the load again: kubectl patch ew ${object} --type=merge -p '{"spec":{"replicas":null}}'`,
  };
}

function capped(wanted: number, why: string, { maxReplicas }: ScalingFacts, active: Judgement | undefined): Decision {
  if (wanted <= maxReplicas) return { replicas: wanted, why, active, limited: undefined };
  const message = `${wanted} pods are wanted, and the syncer's --max-replicas allows ${maxReplicas}`;
  return {
    replicas: maxReplicas,
    why: `--max-replicas ${maxReplicas}`,
    active,
    limited: { status: true, reason: 'TooManyReplicas', message },
  };
}
