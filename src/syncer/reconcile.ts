/**
 * One pass over one ElasticWeb: read everything, decide, render, write what differs, say how it is.
 *
 * A pass never asks what woke it. Over an unchanged world it makes no request.
 */

import { conditionOf } from '../api/conditions.ts';
import { isObject } from '../api/defaults.ts';
import type { DefaultedElasticWeb } from '../api/validate.ts';
import { InvalidPropsError } from '../construct/invalid-props.ts';
import { KubeError } from '../kube/errors.ts';

import type { ManagedFieldsEntry } from '../kube/resource.ts';
import type { Decision } from '../scaling/decision.ts';
import { accept } from './acceptance.ts';
import { findChildren, type FoundChildren, keepChildren, type Kept, type KeptChildren } from './children.ts';
import type { Contender } from './contention.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Child, type Deployment, type ElasticWebResource, FIELD_MANAGER } from './kinds.ts';
import type { Next, PassContext } from './pass.ts';
import { podsFor } from './pods-for.ts';
import { replacesPods, type Rollout, rolloutOf } from './rollout.ts';
import { deploymentState, type Outcome, serviceState } from './status.ts';
import { isThere } from './presence.ts';
import { fail, say, soonest } from './tell.ts';

/** Makes the cluster what the ElasticWeb `key` says, as far as that is possible now. Throws only when the status cannot be written. */
export async function reconcile(context: PassContext, key: string, failures = 0): Promise<Next> {
  const web = context.cache.webs.get(key);
  // Once its deletion has begun, its children are the garbage collector's: a write now could keep them from going.
  if (web === undefined || typeof web.metadata.deletionTimestamp === 'string') return { kind: 'done' };
  if (isObject(web.spec) && web.spec.suspend === true) {
    context.autoscaler.forget(key);
    return say(context, web, { outcome: { kind: 'suspended' } }, { kind: 'done' });
  }
  const acceptance = accept(web, context);
  if (acceptance.kind === 'refused') {
    // A condition is one line.
    const message = acceptance.why.replaceAll('\n', '; ');
    return fail(context, web, { kind: 'terminal', reason: 'InvalidSpec', message });
  }
  return keep(context, web, acceptance.valid, failures);
}

/** The pass over an ElasticWeb that is one. */
async function keep(
  context: PassContext,
  web: ElasticWebResource,
  valid: DefaultedElasticWeb,
  failures: number,
): Promise<Next> {
  const { client, cache } = context;
  let decision: Decision | undefined;
  let contender: Contender | undefined;
  let kept: KeptChildren;
  try {
    const found = await findChildren(client, cache, web, valid.spec.mtargetPort !== undefined);
    if (isMissingChildren(web, found) && !(await isThere(context, web))) return { kind: 'done' };
    const pods = podsFor(context, web, valid.spec, found.deployment);
    ({ decision, contender } = pods);
    kept = await keepChildren(context, web, valid, found, pods.wanted);
  } catch (error) {
    if (!(error instanceof KubeError || error instanceof InvalidPropsError)) context.report.bug(web, error);
    return fail(context, web, told(failureOf(error), failures), decision);
  }
  context.report.children(web, kept);
  const next = await conclude(context, web, kept, decision, { failures, isOurs: contender === undefined });
  return contender?.forMs === undefined ? next : soonest(next, contender.forMs);
}

/** Whether children are gone that this ElasticWeb has had. One that was never told about has had none. */
function isMissingChildren(web: ElasticWebResource, { deployment, service }: FoundChildren): boolean {
  const hadChildren = conditionOf(web.status, 'DeploymentReady') !== undefined;
  return hadChildren && [deployment, service].some(({ ownership }) => ownership.kind === 'absent');
}

/** Reading again is enough for a while. When it does not help, people must hear of it. */
const STALE_PASSES_IN_SILENCE = 3;

function told(failure: Failure, failures: number): Failure {
  if (failure.kind !== 'stale' || failures < STALE_PASSES_IN_SILENCE) return failure;
  return { kind: 'transient', reason: 'ApplyFailed', message: failure.message };
}

/** From what became of the children to the status. */
async function conclude(
  context: PassContext,
  web: ElasticWebResource,
  kept: KeptChildren,
  decision: Decision,
  { failures, isOurs }: { readonly failures: number; readonly isOurs: boolean },
): Promise<Next> {
  const { deployment, service } = kept;
  const scaled = deployment.kind === 'applied' && isScaled(deployment.before, deployment.live);
  if (scaled) {
    const [from, to] = [deployment.before?.spec.replicas ?? 1, deployment.live.spec.replicas ?? 1];
    context.autoscaler.scaled(web, from, to);
    context.report.scaled(web, { from, to, why: decision.why, qps: decision.qps });
  }
  const untold = isOurs ? untoldScaleTime(web, deployment, decision) : undefined;
  const scaleTime = scaled ? context.now() : untold;
  const rollout = deployment.kind === 'applied' ? judge(context, web, deployment, scaleTime) : undefined;
  const learnt = {
    decision,
    scaleTime,
    ...(deployment.kind === 'applied' && { deployment: deployment.live }),
    ...(rollout && rollout.kind !== 'unseen' && { deploymentState: deploymentState(rollout) }),
    ...(deployment.kind === 'failed' && { deploymentState: troubled(deployment.failure) }),
    ...(service.kind === 'applied' && { serviceState: serviceState(service.live) }),
    ...(service.kind === 'failed' && { serviceState: troubled(service.failure) }),
  };
  const failure = worst([deployment, service, ...(kept.metricsService ? [kept.metricsService] : [])]);
  if (failure !== undefined) return fail(context, web, told(failure, failures), decision, learnt);
  const outcome: Outcome = { kind: 'rollout', rollout: rollout ?? { kind: 'unseen' } };
  const holdsForMs = rollout?.kind === 'serving' ? rollout.forMs : undefined;
  const next: Next = holdsForMs === undefined ? { kind: 'done' } : { kind: 'again', afterMs: holdsForMs };
  return say(context, web, { ...learnt, outcome }, next);
}

/**
 * How far the rollout is. The Deployment controller needs a moment to see a change. Where that change only moved the number of pods,
 * what it said before still holds.
 */
function judge(
  { now }: PassContext,
  web: ElasticWebResource,
  { before, live, change }: { before: Deployment | undefined; live: Deployment; change: string },
  scaleTime: Date | undefined,
): Rollout {
  const times = {
    wasServing: conditionOf(web.status, 'Ready')?.status === 'True',
    lastScaleTime: scaleTime?.toISOString() ?? web.status?.lastScaleTime,
    now: now(),
  };
  const rollout = rolloutOf(live, times);
  if (rollout.kind !== 'unseen' || change === 'unchanged') return rollout;
  if (before === undefined || replacesPods(before, live)) {
    return { kind: 'progressing', message: 'the Deployment was just changed' };
  }
  const earlier = rolloutOf(before, times);
  return earlier.kind === 'serving' && scaleTime
    ? { ...earlier, message: 'the number of pods was just changed' }
    : earlier;
}

/**
 * When an earlier pass changed the number of pods and could not tell it, because the syncer was killed then, or the status refused: the
 * time at which the Deployment got what it has from us.
 */
function untoldScaleTime(
  { status }: ElasticWebResource,
  deployment: Kept<Deployment>,
  { replicas }: Decision,
): Date | undefined {
  if (deployment.kind !== 'applied' || deployment.change !== 'unchanged') return undefined;
  const { spec, metadata } = deployment.live;
  const isTold = status?.desiredReplicas === undefined || status.desiredReplicas === spec.replicas;
  if (isTold || spec.replicas !== replicas) return undefined;
  const appliedMs = Date.parse(metadata.managedFields?.find(isOurApply)?.time ?? '');
  return Number.isNaN(appliedMs) ? undefined : new Date(appliedMs);
}

function isOurApply({ manager, operation }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === 'Apply';
}

function isScaled(before: Deployment | undefined, after: Deployment): boolean {
  return before !== undefined && before.spec.replicas !== after.spec.replicas;
}

/** The failure that the status tells: one that waiting does not end comes first, and a name that is taken before all others. */
function worst(children: readonly Kept<Child>[]): Failure | undefined {
  const failures = children.flatMap((child) => (child.kind === 'failed' ? [child.failure] : []));
  const rank = (failure: Failure): number => {
    if (failure.kind === 'terminal') return failure.reason === 'NameConflict' ? 0 : 1;
    return failure.kind === 'transient' ? 2 : 3;
  };
  return failures.sort((a, b) => rank(a) - rank(b))[0];
}

function troubled(failure: Failure): { ready: false; reason: string; message: string } {
  const reason = failure.kind === 'terminal' || failure.kind === 'transient' ? failure.reason : 'ApplyFailed';
  return { ready: false, reason, message: failure.message };
}
