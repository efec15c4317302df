/** An ElasticWeb that scales with its load, and what there is to know about it. */

import assert from 'node:assert/strict';
import type { Autoscaling, DefaultedElasticWebSpec } from '../../src/api/types.ts';
import { validateSpec } from '../../src/api/validate.ts';
import type { ScalingFacts } from '../../src/scaling/decision.ts';
import { NO_HISTORY } from '../../src/scaling/history.ts';
import { type Measured, type Targets, unknown } from '../../src/scaling/reading.ts';

/** A whole second in 2027. */
export const NOW_MS = 1_800_000_000_000;

export const EXTERNAL = { type: 'External', matchLabels: { app: 'shop' } } as const;

/** A spec of pods that serve 10 QPS each. */
export function webOf(autoscaling: Partial<Autoscaling> = {}, fields: object = {}): DefaultedElasticWebSpec {
  const spec = { image: 'nginx', port: 80, podPort: 80, singlePodQPS: 10, ...fields };
  const validation = validateSpec({ ...spec, autoscaling: { maxReplicas: 1000, ...autoscaling } }, 'shop');
  assert.ok(validation.kind === 'valid', JSON.stringify(validation));
  return validation.resource.spec;
}

/** A reading of the same load in both windows. */
export function load(qps: number, targets?: Targets): Measured {
  return { kind: 'measured', stableQps: qps, fastQps: qps, targets };
}

/** Targets that were there all the time. */
export function allOf(pods: number): Targets {
  return { covered: pods, seen: pods, fast: pods };
}

export const NO_SERIES = unknown('NoSeries', 'no series of it');

/** As many pods as are asked for are ready; nothing has happened yet. */
export function factsOf(current: number | undefined, facts: Partial<ScalingFacts> = {}): ScalingFacts {
  return {
    object: 'shop -n blog',
    currentReplicas: current,
    readyReplicas: current ?? 0,
    reading: NO_SERIES,
    history: NO_HISTORY,
    nowMs: NOW_MS,
    stableWindowMs: 60_000,
    maxReplicas: 10_000,
    ...facts,
  };
}
