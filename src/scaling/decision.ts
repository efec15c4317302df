/** What a decision about the number of pods is made from, and what it says. */

import type { DefaultedElasticWebSpec } from '../api/types.ts';
import type { History } from './history.ts';
import type { Reading, UnknownReason } from './reading.ts';
import type { RecommendationReason } from './recommend.ts';

/** The part of a spec that a decision rests on. */
export type ScalingSpec = Pick<DefaultedElasticWebSpec, 'replicas' | 'autoscaling' | 'totalQPS' | 'singlePodQPS'>;

/** What a decision rests on besides the spec. */
export interface ScalingFacts {
  /** The ElasticWeb as kubectl names it, such as `shop -n blog`; for messages. */
  readonly object: string;
  /** The replicas that the live Deployment asks for; undefined while there is none. */
  readonly currentReplicas: number | undefined;
  /** The number that was decided last, where that is known: what differs from it is somebody else's doing. */
  readonly decidedReplicas?: number | undefined;
  /** With mode Observe: the number that was recommended last. */
  readonly recommendedReplicas?: number | undefined;
  /** Pods of it that are ready. */
  readonly readyReplicas: number;
  readonly reading: Reading;
  readonly history: History;
  /** Milliseconds since 1970, on a clock that never jumps. */
  readonly nowMs: number;
  readonly stableWindowMs: number;
  /** The syncer's ceiling for every ElasticWeb. */
  readonly maxReplicas: number;
}

/** A number of pods, and why. The reasons are those of the condition that tells it. */
export interface Decision {
  readonly replicas: number;
  /** With mode Observe: the number that mode Auto would give. */
  readonly recommendedReplicas: number | undefined;
  readonly reason: DecisionReason;
  /** What the number rests on, in a few words: `2000 QPS at 500 a pod`. */
  readonly why: string;
  /** The measured load behind it, in requests per second; undefined where none is known. */
  readonly qps: number | undefined;
  /** Requests per second that a pod carries; undefined where that is not known. */
  readonly podQps: number | undefined;
  /** It says less than what was said before, and is not worth telling: the load is not read yet, or unknown for a moment only. */
  readonly isProvisional: boolean;
  /** Whether scaling with the load is at work; undefined where nobody asked for it. */
  readonly active: Judgement | undefined;
  /** Whether a limit keeps the number from what was wanted. */
  readonly limited: Judgement | undefined;
  /** What is to be remembered. A change of the number is put in by whoever makes it: `withScaling`. */
  readonly history: History;
}

/**
 * Why the number is what it is; HPA's words where it has one.
 *
 * - `ManualOverride`, `DeclaredLoad`: somebody wrote it down. `FirstDeployment`: nothing is measured before there is a pod.
 * - An unknown load holds the number, with the reason of the reading, until `Fallback`.
 * - `ScaleUpStabilized`, `ScaleDownStabilized`: a recommendation of the window holds it. `ScaleUpLimit`, `ScaleDownLimit`: a policy does.
 *   `TooManyReplicas`, `TooFewReplicas`: maxReplicas or minReplicas does.
 * - `AfterJump`: the load has just been twice the capacity. `JustStarted`: the syncer has not watched for a whole window yet.
 */
export type DecisionReason =
  | 'ManualOverride'
  | 'DeclaredLoad'
  | 'FirstDeployment'
  | UnknownReason
  | 'Fallback'
  | RecommendationReason
  | 'ScaleUpStabilized'
  | 'ScaleDownStabilized'
  | 'ScaleUpLimit'
  | 'ScaleDownLimit'
  | 'TooManyReplicas'
  | 'TooFewReplicas'
  | 'AfterJump'
  | 'JustStarted';

/** The status, reason and message of a condition. */
export interface Judgement {
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}
