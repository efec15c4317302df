/** How far a Deployment is: rolled out, on its way, or stuck. Pure. */

import { isDeepStrictEqual } from 'node:util';
import type { Deployment, DeploymentCondition } from './kinds.ts';

/**
 * - `unseen`: the Deployment controller has not looked at this version yet, so its status speaks of an older one.
 * - `progressing`: new pods are replacing old ones, or there are not yet enough.
 * - `serving`: the newest template is rolled out and enough pods are available.
 * - `failing`: pods cannot be created. `stuck`: no progress within the deadline.
 */
export type Rollout =
  | { readonly kind: 'unseen' }
  | { readonly kind: 'progressing' | 'serving' | 'failing' | 'stuck'; readonly message: string };

/** When the syncer last changed the number of pods, as status has it, and what time it is. */
export interface ScalingTimes {
  readonly lastScaleTime: string | undefined;
  readonly now: Date;
}

/** Kubernetes' default of progressDeadlineSeconds. */
const DEFAULT_DEADLINE_SECONDS = 600;
/** The Deployment controller turns Available to False within this time after replicas were changed. */
const SCALING_SHOWS_WITHIN_MS = 10_000;

/**
 * Judges a Deployment by what its controller reports.
 *
 * Adding pods is not a rollout. Kubernetes counts a Deployment as unavailable until most of the new pods are up, so right after the
 * syncer added pods, those that served before are taken for enough, for as long as a rollout may go without progress.
 */
export function rolloutOf({ metadata, spec, status = {} }: Deployment, { lastScaleTime, now }: ScalingTimes): Rollout {
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return { kind: 'unseen' };
  const condition = (type: string) => status.conditions?.find((candidate) => candidate.type === type);
  const wanted = spec.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const progressing = condition('Progressing');
  const available = condition('Available');
  const failure = condition('ReplicaFailure');

  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return { kind: 'stuck', message: progressing.message ?? 'the rollout made no progress within its deadline' };
  }
  if (failure?.status === 'True') return { kind: 'failing', message: failure.message ?? 'pods cannot be created' };
  const rolledOut = progressing?.reason === 'NewReplicaSetAvailable' && updatedReplicas === replicas;
  if (!rolledOut) {
    return { kind: 'progressing', message: `${updatedReplicas} of ${wanted} pods are of the newest version` };
  }
  const count = `${availableReplicas} of ${wanted} pods are available`;
  if (available?.status === 'True') return { kind: 'serving', message: count };
  const deadlineMs = (spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000;
  const since = unavailableSince(available, lastScaleTime);
  const isScaling = since !== undefined && now.getTime() - since < deadlineMs;
  return { kind: isScaling && availableReplicas > 0 ? 'serving' : 'progressing', message: count };
}

/** Since when the Deployment is unavailable because it was scaled, in ms; undefined if scaling is not the cause. */
function unavailableSince(available: DeploymentCondition | undefined, lastScaleTime = ''): number | undefined {
  const since = Date.parse(available?.lastTransitionTime ?? '');
  const scaled = Date.parse(lastScaleTime);
  // Both are cut to whole seconds. Where one is missing, the comparison is with NaN, and false.
  return since >= scaled && since <= scaled + SCALING_SHOWS_WITHIN_MS ? since : undefined;
}

/** Whether going from one to the other replaces pods, rather than only adding or removing some. */
export function replacesPods(before: Deployment | undefined, after: Deployment): boolean {
  return !isDeepStrictEqual(before?.spec.template, after.spec.template);
}
