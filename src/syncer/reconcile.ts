/**
 * One pass over one ElasticWeb: read everything, decide, render, write what differs, say how it is.
 *
 * A pass never asks what woke it. Over an unchanged world it makes no request.
 */

import { isDeepStrictEqual } from 'node:util';
import type { TransientReason } from '../api/conditions.ts';
import { isObject } from '../api/defaults.ts';
import { describeErrors, validateSpec, type DefaultedElasticWeb } from '../api/validate.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import { keyOf } from '../kube/resource.ts';
import { type Decision, decideReplicas } from '../scaling/decide.ts';
import type { Cache } from './cache.ts';
import { findChildren, keepChildren, type Kept, type KeptChildren } from './children.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Child, type Deployment, ELASTIC_WEB, type ElasticWebResource, FIELD_MANAGER } from './kinds.ts';
import type { Log } from './log.ts';
import { ownershipOf } from './ownership.ts';
import { replacesPods, type Rollout, rolloutOf } from './rollout.ts';
import { deploymentState, type Findings, type Outcome, serviceState, statusOf } from './status.ts';

/** What a pass works with. */
export interface ReconcileContext {
  readonly client: KubeClient;
  readonly cache: Cache;
  readonly log: Log;
  /** Service types that an ElasticWeb may ask for. */
  readonly allowedServiceTypes: readonly string[];
  /** The largest number of pods of one ElasticWeb. */
  readonly maxReplicas: number;
  /** The time of day, for what status says. */
  readonly now: () => Date;
}

/**
 * What comes after a pass: `done`, nothing until something changes; `again`, another look after a while; `retry`, with growing pauses.
 */
export type Next =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'retry'; readonly reason?: TransientReason };

/** A foreign object is in no local copy, so its going is not seen; it is looked for this often. */
const CONFLICT_RECHECK_MS = 30_000;

/** What a pass learnt, of which the status is made. What it did not come to is left out. */
type Learnt = Partial<Pick<Findings, 'deployment' | 'deploymentState' | 'serviceState' | 'scaled'>> & {
  readonly decision?: Decision;
  readonly outcome: Outcome;
};

/** Makes the cluster what the ElasticWeb `key` says, as far as that is possible now. Throws only when the status cannot be written. */
export async function reconcile(context: ReconcileContext, key: string): Promise<Next> {
  const web = context.cache.webs.get(key);
  // Once its deletion has begun, its children are the garbage collector's: a write now could keep them from going.
  if (web === undefined || typeof web.metadata.deletionTimestamp === 'string') return { kind: 'done' };
  if (isObject(web.spec) && web.spec.suspend === true) {
    return say(context, web, { outcome: { kind: 'suspended' } }, { kind: 'done' });
  }
  const validation = validateSpec(web.spec, web.metadata.name);
  if (validation.kind === 'invalid') return fail(context, web, invalid(describeErrors(validation.errors)));
  const { serviceType } = validation.resource.spec;
  if (!context.allowedServiceTypes.includes(serviceType)) {
    const allowed = context.allowedServiceTypes.join(', ');
    return fail(context, web, invalid(`spec.serviceType: the syncer allows ${allowed}, got ${serviceType}`));
  }
  return keep(context, web, { ...validation.resource, metadata: web.metadata as DefaultedElasticWeb['metadata'] });
}

/** The pass over an ElasticWeb that is one. */
async function keep(context: ReconcileContext, web: ElasticWebResource, valid: DefaultedElasticWeb): Promise<Next> {
  const { client, cache, maxReplicas } = context;
  let decision: Decision | undefined;
  let kept: KeptChildren;
  try {
    const found = await findChildren(client, cache, web, valid.spec.mtargetPort !== undefined);
    const { live, ownership } = found.deployment;
    const currentReplicas = ownership.kind === 'ours' ? live?.spec.replicas : undefined;
    decision = decideReplicas(valid.spec, { currentReplicas, maxReplicas });
    kept = await keepChildren(client, web, valid, found, decision.replicas);
  } catch (error) {
    return fail(context, web, failureOf(error), decision);
  }
  logChanges(context.log, web, kept);
  return conclude(context, web, kept, decision);
}

/** From what became of the children to the status. */
async function conclude(
  context: ReconcileContext,
  web: ElasticWebResource,
  kept: KeptChildren,
  decision: Decision,
): Promise<Next> {
  const { deployment, service } = kept;
  const scaled = deployment.kind === 'applied' && isScaled(deployment.before, deployment.live);
  const rollout = deployment.kind === 'applied' ? judge(context, web, deployment, scaled) : undefined;
  const learnt = {
    decision,
    scaled,
    ...(deployment.kind === 'applied' && { deployment: deployment.live }),
    ...(rollout && rollout.kind !== 'unseen' && { deploymentState: deploymentState(rollout) }),
    ...(deployment.kind === 'failed' && { deploymentState: troubled(deployment.failure) }),
    ...(service.kind === 'applied' && { serviceState: serviceState(service.live) }),
    ...(service.kind === 'failed' && { serviceState: troubled(service.failure) }),
  };
  const failure = worst([deployment, service, ...(kept.metricsService ? [kept.metricsService] : [])]);
  if (failure !== undefined) return fail(context, web, failure, decision, learnt);
  return say(
    context,
    web,
    { ...learnt, outcome: { kind: 'rollout', rollout: rollout ?? { kind: 'unseen' } } },
    { kind: 'done' },
  );
}

/**
 * How far the rollout is. The Deployment controller needs a moment to see a change. Where that change only moved the number of pods,
 * what it said before still holds.
 */
function judge(
  { now }: ReconcileContext,
  web: ElasticWebResource,
  { before, live, change }: { before: Deployment | undefined; live: Deployment; change: string },
  scaled: boolean,
): Rollout {
  const times = { lastScaleTime: scaled ? now().toISOString() : web.status?.lastScaleTime, now: now() };
  const rollout = rolloutOf(live, times);
  if (rollout.kind !== 'unseen' || change === 'unchanged') return rollout;
  if (before === undefined || replacesPods(before, live)) {
    return { kind: 'progressing', message: 'the Deployment was just changed' };
  }
  return rolloutOf(before, times);
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

const invalid = (message: string): Failure => ({ kind: 'terminal', reason: 'InvalidSpec', message });

/** The end of a pass that could not do all that it should. */
async function fail(
  context: ReconcileContext,
  web: ElasticWebResource,
  failure: Failure,
  decision?: Decision,
  learnt: Omit<Learnt, 'outcome' | 'decision'> = {},
): Promise<Next> {
  const tell = (outcome: Outcome, next: Next) =>
    say(context, web, { ...learnt, ...(decision && { decision }), outcome }, next);
  switch (failure.kind) {
    case 'gone':
      return { kind: 'done' };
    case 'stale':
      context.log.debug('read again', { elasticweb: keyOf(web), error: failure.message });
      return { kind: 'retry' };
    case 'transient':
      return tell(failure, { kind: 'retry', reason: failure.reason });
    case 'terminal':
      return tell(
        failure,
        failure.reason === 'NameConflict' ? { kind: 'again', afterMs: CONFLICT_RECHECK_MS } : { kind: 'done' },
      );
    default:
      return failure satisfies never;
  }
}

/** Writes the status, if it says something new. */
async function say(context: ReconcileContext, web: ElasticWebResource, learnt: Learnt, next: Next): Promise<Next> {
  const { client, cache, log } = context;
  const { decision } = learnt;
  const status = statusOf({
    web,
    outcome: learnt.outcome,
    deployment: learnt.deployment ?? ownDeployment(cache, web),
    deploymentState: learnt.deploymentState,
    serviceState: learnt.serviceState,
    desiredReplicas: decision?.replicas,
    scalingActive: decision?.active,
    scalingLimited: decision?.limited,
    scaled: learnt.scaled ?? false,
    now: context.now(),
  });
  if (isDeepStrictEqual(status, web.status)) return next;
  const vanished = Object.keys(web.status ?? {}).filter((field) => !(field in status));
  // With the uid, this is said about this very object, or about none.
  const patch = {
    metadata: { uid: web.metadata.uid },
    status: { ...Object.fromEntries(vanished.map((field) => [field, null])), ...status },
  };
  try {
    const options = { fieldManager: FIELD_MANAGER, subresource: 'status' };
    cache.webs.observe(await client.mergePatch(ELASTIC_WEB, web.metadata, patch, options));
  } catch (error) {
    if (isNotFound(error)) return { kind: 'done' };
    throw error;
  }
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const previous = web.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready !== undefined && (ready.status !== previous?.status || ready.reason !== previous.reason)) {
    log.info('state changed', {
      elasticweb: keyOf(web),
      ready: ready.status,
      reason: ready.reason,
      why: ready.message,
    });
  }
  return next;
}

/** The Deployment as the local copy has it, for the counts of a status whose pass did not come to it. */
function ownDeployment(cache: Cache, web: ElasticWebResource): Deployment | undefined {
  const live = cache.deployments.get(keyOf(web));
  return ownershipOf(live, web).kind === 'ours' ? live : undefined;
}

function logChanges(log: Log, web: ElasticWebResource, kept: KeptChildren): void {
  for (const child of [kept.deployment, kept.service, kept.metricsService]) {
    if (child?.kind !== 'applied' || child.change === 'unchanged') continue;
    const { change, live, difference } = child;
    log.info(change, {
      elasticweb: keyOf(web),
      kind: live.kind,
      name: live.metadata.name,
      ...(difference && { difference }),
    });
  }
  if (kept.retired) log.info('retired', { elasticweb: keyOf(web), kind: 'Service' });
}
