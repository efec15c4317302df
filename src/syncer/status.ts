/** What the syncer says about an ElasticWeb: its status, from what a pass found and did. Pure. */

import {
  CONDITION_TYPES,
  conditionOf,
  type ConditionType,
  PROGRESSING_WITH_RETRY,
  type ReadyReason,
  type TerminalReason,
  type TransientReason,
} from '../api/conditions.ts';
import type { Condition, ElasticWebSpec, ElasticWebStatus, ScalingStatus } from '../api/types.ts';
import { cutTo, printableLine } from '../api/printable.ts';
import { qpsText } from '../api/qps.ts';
import { rfc3339 } from '../api/time.ts';
import { selectorLabels } from '../construct/names.ts';
import type { Decision, Judgement } from '../scaling/decision.ts';
import type { Deployment, ElasticWebResource, Service } from './kinds.ts';
import type { Rollout } from './rollout.ts';
import { isStillTold } from './scaling-status.ts';

/** How a pass went. */
export type Outcome =
  | { readonly kind: 'rollout'; readonly rollout: Rollout }
  | { readonly kind: 'suspended' }
  /** The object must change. */
  | { readonly kind: 'terminal'; readonly reason: TerminalReason; readonly message: string }
  /** Tried again. */
  | { readonly kind: 'transient'; readonly reason: TransientReason; readonly message: string };

/** How one child is. */
export interface ChildState {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
}

/** Everything that a status is made from. */
export interface Findings {
  readonly web: ElasticWebResource;
  readonly outcome: Outcome;
  /** The Deployment after the pass; undefined where there is none of ours. Where it is unknown, what was said before stays. */
  readonly deployment: Deployment | 'unknown' | undefined;
  /** How the children are; undefined where the pass did not come to them, and then what was said before stays. */
  readonly deploymentState: ChildState | undefined;
  readonly serviceState: ChildState | undefined;
  /** How many pods there should be, and why; undefined if that was not decided, and then what was said before stays. */
  readonly decision:
    Pick<Decision, 'replicas' | 'recommendedReplicas' | 'isProvisional' | 'active' | 'limited'> | undefined;
  /** What scaling must remember. */
  readonly scaling: ScalingStatus | undefined;
  /** When the number of pods was changed, if no status has told that yet. */
  readonly scaleTime: Date | undefined;
  /** The time of this pass. */
  readonly now: Date;
}

/** The new status. What did not change keeps its time, so that an unchanged world gives an equal status. */
export function statusOf(findings: Findings): ElasticWebStatus {
  const { web, deployment } = findings;
  const before = web.status;
  const { replicas = 0, readyReplicas = 0 } = (deployment === 'unknown' ? before : deployment?.status) ?? {};
  const { decision, scaling } = findings;
  const desiredReplicas = decision?.replicas ?? before?.desiredReplicas;
  const { recommendedReplicas } = decision ?? before ?? {};
  const lastScaleTime = findings.scaleTime ? rfc3339(findings.scaleTime) : before?.lastScaleTime;
  return {
    observedGeneration: generationTold(findings),
    replicas,
    readyReplicas,
    ...(desiredReplicas !== undefined && { desiredReplicas }),
    ...(recommendedReplicas !== undefined && { recommendedReplicas }),
    ...realQPS(web, readyReplicas),
    // Derived from what is remembered, so that it is written no more often.
    ...(scaling?.observedMilliQPS !== undefined && { observedQPS: qpsText(scaling.observedMilliQPS / 1000) }),
    selector: selectorText(web.metadata.name),
    ...(lastScaleTime !== undefined && { lastScaleTime }),
    ...(scaling !== undefined && { scaling }),
    conditions: conditionsOf(findings),
  };
}

/**
 * The generation that the status speaks of. While the Deployment controller has not seen the newest Deployment, nothing new is known, and
 * the status goes on to speak of what it spoke of.
 */
function generationTold({ web, outcome }: Findings): number {
  const { generation = 0 } = web.metadata;
  return isUnseen(outcome) && hasSpoken(web) ? (web.status?.observedGeneration ?? generation) : generation;
}

function isUnseen(outcome: Outcome): boolean {
  return outcome.kind === 'rollout' && outcome.rollout.kind === 'unseen';
}

/** Whether there is a status by the syncer: not only the schema's default, and none that speaks of a generation that never was. */
function hasSpoken({ metadata, status }: ElasticWebResource): boolean {
  const isOfThePast = (status?.observedGeneration ?? -1) <= (metadata.generation ?? 0);
  return isOfThePast && conditionOf(status, 'Ready') !== undefined;
}

/** What the ready pods can serve; left out where an object of an older schema does not say what one serves. */
function realQPS({ spec }: ElasticWebResource, readyReplicas: number): { realQPS?: number } {
  const singlePodQPS: unknown = (spec as Partial<ElasticWebSpec> | undefined)?.singlePodQPS;
  return Number.isSafeInteger(singlePodQPS) ? { realQPS: Number(singlePodQPS) * readyReplicas } : {};
}

/** The selector as the scale subresource wants it. */
function selectorText(name: string): string {
  return Object.entries(selectorLabels(name))
    .map(([label, value]) => `${label}=${value}`)
    .sort()
    .join(',');
}

/** Whatever the load is, nothing follows it. */
const PAUSED: Said = { status: 'False', reason: 'Suspended', message: 'spec.suspend is set: the number of pods stays' };

/** A condition without what follows from the pass as a whole. */
type Said = Pick<Condition, 'status' | 'reason' | 'message'>;

function conditionsOf(findings: Findings): Condition[] {
  const { web, now, outcome } = findings;
  const generation = generationTold(findings);
  const before = new Map(web.status?.conditions?.map((condition) => [condition.type, condition]));
  const { decision, deployment } = findings;
  const exists = deployment === 'unknown' ? before.has('DeploymentReady') : deployment !== undefined;
  const isPaused = outcome.kind === 'suspended' && (before.has('ScalingActive') || decision?.active !== undefined);
  const stands = decision === undefined || isStillTold(decision, before.get('ScalingActive'));
  const said: Readonly<Record<ConditionType, Said | undefined>> = {
    ...(isUnseen(outcome) && hasSpoken(web)
      ? { Ready: before.get('Ready'), Reconciling: before.get('Reconciling'), Stalled: before.get('Stalled') }
      : summary(outcome, exists)),
    DeploymentReady: findings.deploymentState
      ? childCondition(findings.deploymentState)
      : before.get('DeploymentReady'),
    ServiceReady: findings.serviceState ? childCondition(findings.serviceState) : before.get('ServiceReady'),
    ScalingActive: isPaused
      ? PAUSED
      : stands
        ? before.get('ScalingActive')
        : decision.active && judged(decision.active),
    ScalingLimited: stands ? before.get('ScalingLimited') : decision.limited && judged(decision.limited),
  };
  return CONDITION_TYPES.flatMap((type) => {
    const condition = said[type];
    if (condition === undefined) return [];
    const previous = before.get(type);
    // What the pass did not come to still speaks of the generation of which it was said.
    if (condition === previous) return previous;
    const { status, reason } = condition;
    const message = cutTo(printableLine(condition.message), LONGEST_MESSAGE, '…');
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: previous?.status === status ? previous.lastTransitionTime : rfc3339(now),
      observedGeneration: generation,
    };
  });
}

/** Far below what the schema allows, and more than anybody reads: an API server that refuses an object says so field by field. */
const LONGEST_MESSAGE = 4096;

/** Ready, and whichever of Reconciling and Stalled is true: never both, and neither is ever there as False. */
function summary(outcome: Outcome, exists: boolean): Record<'Ready' | 'Reconciling' | 'Stalled', Said | undefined> {
  const serving = (reason: ReadyReason, message: string) => ({
    Ready: isTrue(reason, message),
    Reconciling: undefined,
    Stalled: undefined,
  });
  const working = (reason: ReadyReason, message: string, workReason: string = reason) => ({
    Ready: isFalse(reason, message),
    Reconciling: isTrue(workReason, message),
    Stalled: undefined,
  });
  const stalled = (reason: ReadyReason, message: string) => ({
    Ready: isFalse(reason, message),
    Reconciling: undefined,
    Stalled: isTrue(reason, message),
  });
  switch (outcome.kind) {
    case 'suspended':
      return exists
        ? serving('Suspended', 'spec.suspend is set: Deployment and Services are left as they are')
        : {
            ...serving('Suspended', ''),
            Ready: isFalse('Suspended', 'spec.suspend is set: nothing is made until it is not'),
          };
    case 'terminal':
      return stalled(outcome.reason, outcome.message);
    case 'transient':
      return working(outcome.reason, outcome.message, PROGRESSING_WITH_RETRY);
    case 'rollout':
      break;
    default:
      return outcome satisfies never;
  }
  const { rollout } = outcome;
  switch (rollout.kind) {
    case 'unseen':
      return working('Progressing', 'the Deployment was just changed');
    case 'progressing':
      return working('Progressing', rollout.message);
    case 'serving':
      return serving('Available', rollout.message);
    case 'failing':
      return working('ReplicaFailure', rollout.message, PROGRESSING_WITH_RETRY);
    case 'stuck':
      return stalled('ProgressDeadlineExceeded', rollout.message);
    default:
      return rollout satisfies never;
  }
}

const isTrue = (reason: string, message: string): Said => ({ status: 'True', reason, message });
const isFalse = (reason: string, message: string): Said => ({ status: 'False', reason, message });
const childCondition = ({ ready, reason, message }: ChildState): Said =>
  ready ? isTrue(reason, message) : isFalse(reason, message);
const judged = ({ status, reason, message }: Judgement): Said =>
  status ? isTrue(reason, message) : isFalse(reason, message);

/** How the Service is, once applied. A load balancer that is still being made is told, but not waited for. */
export function serviceState({ spec, status }: Service): ChildState {
  const pending = spec.type === 'LoadBalancer' && (status?.loadBalancer?.ingress ?? []).length === 0;
  const message = pending ? 'the Service is applied; its load balancer has no address yet' : 'the Service is applied';
  return { ready: true, reason: 'Applied', message };
}

/** How the Deployment is, from its rollout. */
export function deploymentState(rollout: Rollout): ChildState {
  switch (rollout.kind) {
    case 'unseen':
      return { ready: false, reason: 'Progressing', message: 'the Deployment was just changed' };
    case 'progressing':
      return { ready: false, reason: 'Progressing', message: rollout.message };
    case 'serving':
      return { ready: true, reason: 'Available', message: rollout.message };
    case 'failing':
      return { ready: false, reason: 'ReplicaFailure', message: rollout.message };
    case 'stuck':
      return { ready: false, reason: 'ProgressDeadlineExceeded', message: rollout.message };
    default:
      return rollout satisfies never;
  }
}
