/**
 * One pass over one ElasticWeb: read everything, decide, render, write what differs, say how it is.
 *
 * A pass never asks what woke it. Over an unchanged world it makes no request.
 */

import { isDeepStrictEqual } from 'node:util';
import type { TransientReason } from '../api/conditions.ts';
import { isObject, knownFields } from '../api/defaults.ts';
import { spec as specSchema } from '../api/spec.ts';
import { describeErrors, validateSpec, type DefaultedElasticWeb } from '../api/validate.ts';
import type { KubeClient } from '../kube/client.ts';
import { InvalidPropsError } from '../construct/invalid-props.ts';
import { isNotFound, KubeError } from '../kube/errors.ts';
import { keyOf } from '../kube/resource.ts';
import { type Decision, decideReplicas } from '../scaling/decide.ts';
import type { Cache } from './cache.ts';
import { findChildren, type FoundChildren, keepChildren, type Kept, type KeptChildren } from './children.ts';
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

/** An object in the way is in no local copy, so its going is not seen; it is looked for this often. */
const CONFLICT_RECHECK_MS = 30_000;

/** What a pass learnt, of which the status is made. What it did not come to is left out. */
type Learnt = Partial<Pick<Findings, 'deployment' | 'deploymentState' | 'serviceState' | 'scaled'>> & {
  readonly decision?: Decision;
  readonly outcome: Outcome;
};

/** Makes the cluster what the ElasticWeb `key` says, as far as that is possible now. Throws only when the status cannot be written. */
export async function reconcile(context: ReconcileContext, key: string, failures = 0): Promise<Next> {
  const web = context.cache.webs.get(key);
  // Once its deletion has begun, its children are the garbage collector's: a write now could keep them from going.
  if (web === undefined || typeof web.metadata.deletionTimestamp === 'string') return { kind: 'done' };
  if (isObject(web.spec) && web.spec.suspend === true) {
    return say(context, web, { outcome: { kind: 'suspended' } }, { kind: 'done' });
  }
  // What a newer CRD knows and this syncer does not, it leaves aside; the API server has checked it.
  const validation = validateSpec(knownFields(web.spec, specSchema), web.metadata.name);
  if (validation.kind === 'invalid') return fail(context, web, invalid(describeErrors(validation.errors)));
  const { serviceType } = validation.resource.spec;
  if (!context.allowedServiceTypes.includes(serviceType)) {
    const allowed = context.allowedServiceTypes.join(', ');
    return fail(context, web, invalid(`spec.serviceType: the syncer allows ${allowed}, got ${serviceType}`));
  }
  const valid = { ...validation.resource, metadata: web.metadata as DefaultedElasticWeb['metadata'] };
  return keep(context, web, valid, failures);
}

/** The pass over an ElasticWeb that is one. */
async function keep(
  context: ReconcileContext,
  web: ElasticWebResource,
  valid: DefaultedElasticWeb,
  failures: number,
): Promise<Next> {
  const { client, cache, maxReplicas } = context;
  let decision: Decision | undefined;
  let kept: KeptChildren;
  try {
    const found = await findChildren(client, cache, web, valid.spec.mtargetPort !== undefined);
    if (isMissingChildren(web, found) && !(await isThere(context, web))) return { kind: 'done' };
    const { live, ownership } = found.deployment;
    const currentReplicas = ownership.kind === 'ours' ? live?.spec.replicas : undefined;
    const object = `${web.metadata.name} -n ${web.metadata.namespace ?? ''}`;
    decision = decideReplicas(valid.spec, { object, currentReplicas, maxReplicas });
    kept = await keepChildren(client, web, valid, found, decision.replicas);
  } catch (error) {
    if (!(error instanceof KubeError || error instanceof InvalidPropsError)) logBug(context.log, web, error);
    return fail(context, web, told(failureOf(error), failures), decision);
  }
  logChanges(context.log, web, kept);
  return conclude(context, web, kept, decision, failures);
}

/** Whether children are gone that this ElasticWeb has had. One that was never told about has had none. */
function isMissingChildren(web: ElasticWebResource, { deployment, service }: FoundChildren): boolean {
  const hadChildren = web.status?.conditions?.some(({ type }) => type === 'DeploymentReady') ?? false;
  return hadChildren && [deployment, service].some(({ ownership }) => ownership.kind === 'absent');
}

/**
 * Asks the API server whether the ElasticWeb is still there. Its children may be gone because it is, and its own watch may be late:
 * making them again would only give the garbage collector more to collect.
 */
async function isThere({ client, cache }: ReconcileContext, web: ElasticWebResource): Promise<boolean> {
  const live = await client.get(ELASTIC_WEB, web.metadata);
  if (live?.metadata.uid !== web.metadata.uid) cache.webs.forget(web);
  return live?.metadata.uid === web.metadata.uid && typeof live?.metadata.deletionTimestamp !== 'string';
}

/** Reading again is enough for a while. When it does not help, people must hear of it. */
const STALE_PASSES_IN_SILENCE = 3;

function told(failure: Failure, failures: number): Failure {
  if (failure.kind !== 'stale' || failures < STALE_PASSES_IN_SILENCE) return failure;
  return { kind: 'transient', reason: 'ApplyFailed', message: failure.message };
}

function logBug(log: Log, web: ElasticWebResource, error: unknown): void {
  const { stack = String(error) } = error instanceof Error ? error : {};
  log.error('unexpected error', { elasticweb: keyOf(web), stack });
}

/** From what became of the children to the status. */
async function conclude(
  context: ReconcileContext,
  web: ElasticWebResource,
  kept: KeptChildren,
  decision: Decision,
  failures: number,
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
  { now }: ReconcileContext,
  web: ElasticWebResource,
  { before, live, change }: { before: Deployment | undefined; live: Deployment; change: string },
  scaled: boolean,
): Rollout {
  const times = {
    wasServing: web.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    lastScaleTime: scaled ? now().toISOString() : web.status?.lastScaleTime,
    now: now(),
  };
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
        failure.reason === 'InvalidSpec' ? { kind: 'done' } : { kind: 'again', afterMs: CONFLICT_RECHECK_MS },
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
    // The syncer makes no ElasticWebs: one that is no longer known has left while this was said.
    cache.webs.observe(await client.mergePatch(ELASTIC_WEB, web.metadata, patch, options), { insert: false });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    cache.webs.forget(web);
    return { kind: 'done' };
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
