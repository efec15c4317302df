/**
 * How fast the number of pods may follow what the load asks for: `behavior`, with HPA v2's meaning. Pure.
 *
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
 */

import { quantityAsNumber } from '../api/quantity.ts';
import { INT32_MAX } from '../api/schema.ts';
import type { Behavior, ScalingPolicy, ScalingRules } from '../api/types.ts';
import type { History, ScaleEvent } from './history.ts';

/** The rules of one direction, complete. */
export interface Rules {
  readonly windowMs: number;
  readonly select: 'Max' | 'Min' | 'Disabled';
  /** Without any, the speed has no limit. */
  readonly policies: readonly ScalingPolicy[];
  /** Relative difference between load and capacity that changes nothing. */
  readonly tolerance: number;
}

/** The rules of both directions. */
export interface Rates {
  readonly up: Rules;
  readonly down: Rules;
}

/**
 * What applies where the spec says nothing. HPA's defaults but for two: upwards there is no limit, and no tolerance, since 49 pods for the
 * load of 50 are one too few for ever.
 */
export const DEFAULT_RATES: Rates = {
  up: { windowMs: 0, select: 'Max', policies: [], tolerance: 0 },
  down: {
    windowMs: 300_000,
    select: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    tolerance: 0.1,
  },
};

/** The rules of a spec, with `defaults` where it says nothing. */
export function ratesOf(behavior: Behavior, defaults: Rates = DEFAULT_RATES): Rates {
  return { up: rulesOf(behavior.scaleUp, defaults.up), down: rulesOf(behavior.scaleDown, defaults.down) };
}

function rulesOf(rules: ScalingRules = {}, defaults: Rules): Rules {
  const { stabilizationWindowSeconds, selectPolicy, policies, tolerance } = rules;
  return {
    windowMs: stabilizationWindowSeconds === undefined ? defaults.windowMs : stabilizationWindowSeconds * 1000,
    select: selectPolicy ?? defaults.select,
    policies: policies ?? defaults.policies,
    tolerance: tolerance === undefined ? defaults.tolerance : quantityAsNumber(tolerance),
  };
}

/** What the rules are applied to. */
export interface Step {
  /** Pods that the Deployment asks for. */
  readonly current: number;
  /** Pods that are wanted. */
  readonly desired: number;
  readonly nowMs: number;
}

/**
 * Keeps the number within the recommendations of the windows: up to the lowest of the upward window, down to the highest of the
 * downward one, the present one included. In between it stays.
 */
export function stabilize(
  { current, desired, nowMs }: Step,
  { recommendations, missingMs }: Pick<History, 'recommendations' | 'missingMs'>,
  rates: Rates,
): number {
  const isWithin = (atMs: number, { windowMs }: Rules) => windowMs > 0 && atMs > nowMs - windowMs;
  const within = (rules: Rules) =>
    recommendations.flatMap(({ atMs, replicas }) => (isWithin(atMs, rules) ? [replicas] : []));
  const lowest = Math.min(desired, ...within(rates.up));
  const highest = Math.max(desired, ...within(rates.down));
  const isMissing = missingMs !== undefined && isWithin(missingMs, rates.down);
  return Math.min(Math.max(current, lowest), isMissing ? Infinity : highest);
}

/** Keeps the number within what the policies allow in their periods. */
export function limitRate({ current, desired, nowMs }: Step, events: readonly ScaleEvent[], rates: Rates): number {
  if (desired === current) return current;
  const startOf = ({ periodSeconds }: ScalingPolicy): number => {
    const changes = events.filter(({ atMs }) => atMs > nowMs - periodSeconds * 1000);
    return current - changes.reduce((sum, { change }) => sum + change, 0);
  };
  if (desired > current) {
    const { select, policies } = rates.up;
    const allowed = policies.map((policy) =>
      policy.type === 'Pods'
        ? startOf(policy) + policy.value
        : // Rounded up: otherwise a few percent of a few pods would never be one; nor would any percent of no pods.
          Math.max(1, Math.ceil(percentOf(startOf(policy), 100 + policy.value))),
    );
    return Math.max(current, Math.min(desired, most(select, allowed, current)));
  }
  const { select, policies } = rates.down;
  const left = policies.map((policy) =>
    policy.type === 'Pods'
      ? startOf(policy) - policy.value
      : Math.trunc(percentOf(startOf(policy), 100 - policy.value)),
  );
  return Math.min(current, Math.max(desired, least(select, left, current)));
}

/** Multiplied first: 10 * (1 - 90 / 100) is a little less than 1, and 100 * (1 + 10 / 100) a little more than 110. */
function percentOf(pods: number, percent: number): number {
  return (pods * percent) / 100;
}

function most(select: Rules['select'], allowed: readonly number[], current: number): number {
  if (select === 'Disabled') return current;
  if (allowed.length === 0) return INT32_MAX;
  return select === 'Max' ? Math.max(...allowed) : Math.min(...allowed);
}

/** The policy that allows most downwards is the one that leaves the fewest pods. */
function least(select: Rules['select'], left: readonly number[], current: number): number {
  if (select === 'Disabled') return current;
  if (left.length === 0) return 0;
  return select === 'Max' ? Math.min(...left) : Math.max(...left);
}

/** A number on its way: what the load asks for, what the windows make of it, then the policies, then minReplicas and maxReplicas. */
export interface Course {
  readonly recommended: number;
  readonly stable: number;
  readonly allowed: number;
  readonly replicas: number;
}

/** What kept the number from what was recommended, in HPA's words: the last that had a say. Undefined where nothing did. */
export function restraintOf({ recommended, stable, allowed, replicas }: Course) {
  if (replicas !== allowed) return replicas < allowed ? 'TooManyReplicas' : 'TooFewReplicas';
  if (allowed !== stable) return allowed < stable ? 'ScaleUpLimit' : 'ScaleDownLimit';
  if (stable !== recommended) return stable > recommended ? 'ScaleDownStabilized' : 'ScaleUpStabilized';
  return undefined;
}
