/** What is said of a decision from the measured load: the conditions that tell it, and the words of an Event. Pure. */

import { qpsText } from '../api/qps.ts';
import type { DefaultedAutoscaling } from '../api/types.ts';
import { ratesOf } from './behavior.ts';
import type { DecisionReason, Judgement, ScalingFacts, ScalingSpec } from './decision.ts';
import type { History } from './history.ts';
import type { Wish } from './recommend.ts';

/** A spec that scales with the measured load. */
export type Scaled = ScalingSpec & { readonly autoscaling: DefaultedAutoscaling };

/** A number between the limits, before it is told. */
export interface Chosen {
  readonly replicas: number;
  readonly reason: DecisionReason;
  readonly history: History;
  readonly wish?: Wish;
  /** It is what is left of a fallback above the upper limit. */
  readonly isCutFallback?: boolean;
}

/** The limits of one ElasticWeb. The upper one, which is its own or the syncer's, stands above the lower one. */
export interface Limits {
  readonly min: number;
  readonly max: number;
}

/** The condition ScalingActive. It holds no measured number: that would be news at each look. */
export function activity({ autoscaling }: Scaled, { reading }: ScalingFacts): Judgement {
  const { type, name } = autoscaling.metric;
  return reading.kind === 'unknown'
    ? { status: false, reason: reading.reason, message: reading.message }
    : { status: true, reason: 'ValidMetricFound', message: `the load is read from ${name}, metric type ${type}` };
}

/**
 * The condition ScalingLimited: True, in HPA's words, where a limit keeps the number from what is wanted; False with the reason of a pause
 * that ends by itself, which HPA tells in AbleToScale; otherwise False. It holds no measured number either.
 */
export function limitation(
  { replicas, reason, isCutFallback = false }: Chosen,
  { autoscaling }: Scaled,
  { min, max }: Limits,
  { stableWindowMs }: Pick<ScalingFacts, 'stableWindowMs'>,
): Judgement {
  const limited = (message: string): Judgement => ({ status: true, reason, message });
  const within = { status: false, reason: 'DesiredWithinRange', message: 'the number of pods is within the limits' };
  // Where no pod could go or come anyway, nothing waits.
  const waits = (isInTheWay: boolean, message: string) => (isInTheWay ? { status: false, reason, message } : within);
  const [mayRise, mayFall] = [replicas < max, replicas > min];
  const ceiling =
    max < autoscaling.maxReplicas ? `the syncer's --max-replicas ${max}` : `spec.autoscaling.maxReplicas ${max}`;
  if (isCutFallback) {
    const message = `spec.autoscaling.fallback.replicas ${autoscaling.fallback.replicas ?? ''} is more than ${ceiling} allows`;
    return { status: true, reason: 'TooManyReplicas', message };
  }
  const seconds = (direction: 'up' | 'down') => ratesOf(autoscaling.behavior)[direction].windowMs / 1000;
  switch (reason) {
    case 'TooManyReplicas':
      return limited(`more pods are wanted than ${ceiling} allows`);
    case 'TooFewReplicas':
      return limited(`fewer pods are needed than spec.autoscaling.minReplicas ${autoscaling.minReplicas}`);
    case 'ScaleUpLimit':
      return limited('spec.autoscaling.behavior.scaleUp allows no more pods at a time');
    case 'ScaleDownLimit':
      return limited('spec.autoscaling.behavior.scaleDown allows no fewer pods at a time');
    case 'ScaleUpStabilized':
      return waits(
        mayRise,
        `more pods are needed now and then; they come when more were for ${seconds('up')} s on end`,
      );
    case 'ScaleDownStabilized':
      return waits(mayFall, `fewer pods would do now and then; they go when fewer did for ${seconds('down')} s on end`);
    case 'WindowNotCovered':
      return waits(
        mayFall,
        'fewer pods would do for what was read, but the samples do not cover the whole window of all pods: it may be more',
      );
    case 'AfterJump':
      return waits(mayFall, `the load has just jumped: no pod goes for ${stableWindowMs / 1000} s`);
    case 'JustStarted':
      return waits(mayFall, 'the syncer has not watched the load for a whole window yet: no pod goes until then');
    default:
      return within;
  }
}

/** Why the number is what it is, in words for an Event: with the load of the moment. */
export function whyOf(
  { singlePodQPS, autoscaling }: Scaled,
  { reading }: ScalingFacts,
  { reason, wish, isCutFallback = false }: Chosen,
): string {
  const { fallback, minReplicas, maxReplicas } = autoscaling;
  if (reading.kind === 'unknown' || wish === undefined) {
    if (reason === 'Fallback') {
      const cut = isCutFallback ? ', but no more than maxReplicas' : '';
      return `the load is unknown for more than ${fallback.staleAfterSeconds} s: fallback${cut}`;
    }
    return reason === 'TooManyReplicas' || reason === 'TooFewReplicas'
      ? `the load is unknown; minReplicas ${minReplicas}, maxReplicas ${maxReplicas}`
      : 'the load is unknown';
  }
  const load = `${qpsText(wish.qps)} QPS at ${singlePodQPS} a pod`;
  switch (reason) {
    case 'DesiredWithinRange':
      return load;
    case 'Saturated':
      return `${load}, and more than is counted, since full pods serve no more`;
    case 'TooManyReplicas':
      return `${load}, but no more than maxReplicas`;
    case 'TooFewReplicas':
      return `${load}, but no fewer than minReplicas`;
    default:
      return `${load}; ${reason}`;
  }
}
