/** How a pass ends: the status is written if it says something new, and it is decided when to look again. */

import { isDeepStrictEqual } from 'node:util';
import { conditionOf } from '../api/conditions.ts';
import { isConflict, isInvalid, isNotFound, type KubeError } from '../kube/errors.ts';
import { keyOf } from '../kube/resource.ts';
import type { Decision } from '../scaling/decision.ts';
import { accept } from './acceptance.ts';
import type { Cache } from './cache.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Deployment, ELASTIC_WEB, type ElasticWebResource, FIELD_MANAGER } from './kinds.ts';
import { ownershipOf } from './ownership.ts';
import type { Next, PassContext } from './pass.ts';
import { isThere } from './presence.ts';
import { rememberedScaling } from './scaling-status.ts';
import { type Findings, type Outcome, statusOf } from './status.ts';

/** An object in the way is in no local copy, so its going is not seen; it is looked for this often. */
const CONFLICT_RECHECK_MS = 30_000;

/** What a pass learnt, of which the status is made. What it did not come to is left out. */
export type Learnt = Partial<Pick<Findings, 'deployment' | 'deploymentState' | 'serviceState' | 'scaleTime'>> & {
  readonly decision?: Decision;
  readonly outcome: Outcome;
};

/** The end of a pass that could not do all that it should. */
export async function fail(
  context: PassContext,
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
      context.report.stale(web, failure.message);
      return { kind: 'retry' };
    case 'transient':
      return tell(failure, {
        ...{ kind: 'retry', reason: failure.reason },
        ...(failure.retryAfterMs !== undefined && { afterMs: failure.retryAfterMs }),
      });
    case 'terminal':
      return tell(
        failure,
        failure.reason === 'InvalidSpec'
          ? { kind: 'done', stalled: true }
          : { kind: 'again', afterMs: CONFLICT_RECHECK_MS, stalled: true },
      );
    default:
      return failure satisfies never;
  }
}

/**
 * Writes the status, if it says something new and the last one is a moment ago; otherwise there is another pass in a moment. What only this
 * pass knows, that it changed the number of pods, does not wait.
 */
export async function say(context: PassContext, web: ElasticWebResource, learnt: Learnt, next: Next): Promise<Next> {
  const { client, cache, pace, report } = context;
  const { decision } = learnt;
  const remembered =
    decision === undefined
      ? { kept: web.status?.scaling, fresh: web.status?.scaling, told: undefined }
      : rememberedScaling(web.status, decision, context.autoscaler.memoryOf(web), learnt.scaleTime !== undefined);
  const findings = {
    web,
    outcome: learnt.outcome,
    deployment: learnt.deployment ?? ownDeployment(cache, web),
    deploymentState: learnt.deploymentState,
    serviceState: learnt.serviceState,
    decision,
    scaleTime: learnt.scaleTime,
    now: context.now(),
  };
  const atRest = statusOf({ ...findings, decision: remembered.told, scaling: remembered.kept });
  if (isDeepStrictEqual(atRest, web.status)) return next;
  // What is written anyway takes along what is remembered by now.
  const status = statusOf({ ...findings, scaling: remembered.fresh });
  // Nor does what was asked to wait: a pass in a moment would ask the API server again.
  const mustTell = learnt.scaleTime !== undefined || (next.kind === 'retry' && next.afterMs !== undefined);
  const waitMs = mustTell ? 0 : pace.waitMs(keyOf(web));
  if (waitMs > 0) return soonest(next, waitMs);
  const { scaling } = status;
  // With the uid, this is said about this very object, or about none.
  const patch = {
    metadata: { uid: web.metadata.uid },
    status: {
      ...replacing(web.status, status),
      ...(scaling && { scaling: replacing(web.status?.scaling, scaling) }),
    },
  };
  try {
    const options = { fieldManager: FIELD_MANAGER, subresource: 'status' };
    // The syncer makes no ElasticWebs: one that is no longer known has left while this was said.
    cache.webs.observe(await client.mergePatch(ELASTIC_WEB, web.metadata, patch, options), { insert: false });
    pace.written(keyOf(web));
  } catch (error) {
    if (next.kind === 'done' && isRefused(error) && (next.stalled === true || isWrong(context, web))) {
      // Stored under a CRD that asked for less, it is so wrong that the API server takes no status of it. It is as wrong at the next try.
      report.unsaid(web, conditionOf(status, 'Ready'), error.serverMessage);
      return next;
    }
    if (!isNotFound(error) && !isConflict(error)) throw error;
    // It is gone, or another has its name. Or neither, and somebody else had a reason to refuse: then this is still to be told.
    return (await isThere(context, web)) ? { kind: 'retry' } : { kind: 'done' };
  }
  report.state(web, conditionOf(web.status, 'Ready'), conditionOf(status, 'Ready'));
  report.scaling(web, conditionOf(web.status, 'ScalingActive'), conditionOf(status, 'ScalingActive'));
  return next;
}

/** Whether only a change of the object helps, although the pass did not come to say so: what is suspended is not looked into. */
function isWrong(context: PassContext, web: ElasticWebResource): boolean {
  return accept(web, context).kind === 'refused';
}

/** Whether the API server's own validation says no, not a webhook that may say yes the next time. */
function isRefused(error: unknown): error is KubeError {
  return failureOf(error).kind === 'terminal' && isInvalid(error) && error.status === 422;
}

/** The merge patch that makes one object of the other: what is not in it any more is null. */
function replacing(before: object = {}, after: object): object {
  const vanished = Object.keys(before).filter((field) => !(field in after));
  return { ...Object.fromEntries(vanished.map((field) => [field, null])), ...after };
}

/** What comes next, but not later than this. */
export function soonest(next: Next, afterMs: number): Next {
  switch (next.kind) {
    case 'done':
      return { ...next, kind: 'again', afterMs };
    case 'again':
      return { ...next, afterMs: Math.min(next.afterMs, afterMs) };
    case 'retry':
      return { ...next, tellAfterMs: afterMs };
    default:
      return next satisfies never;
  }
}

/** The Deployment as the local copy has it, for the counts of a status whose pass did not come to it; unknown where none may be listed. */
function ownDeployment({ deployments }: Cache, web: ElasticWebResource): Deployment | 'unknown' | undefined {
  if (!deployments.hasListed(web.metadata.namespace)) return 'unknown';
  const live = deployments.get(keyOf(web));
  return ownershipOf(live, web).kind === 'ours' ? live : undefined;
}
