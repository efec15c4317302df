/** How far a Deployment is: rolled out, on its way, or stuck. Pure. */

import { isDeepStrictEqual } from 'node:util';
import { conditionOf } from '../api/conditions.ts';
import { INT32_MAX } from '../api/schema.ts';
import type { Deployment } from './kinds.ts';

/**
 * - `unseen`: the Deployment controller has not looked at this version yet, so its status speaks of an older one.
 * - `progressing`: new pods are replacing old ones, or there are not yet enough.
 * - `serving`: the newest template is rolled out and enough pods are available.
 * - `failing`: pods cannot be created. `stuck`: no progress within the deadline.
 */
export type Rollout =
  | { readonly kind: 'unseen' }
  | { readonly kind: 'progressing' | 'failing' | 'stuck'; readonly message: string }
  /** `forMs`: this holds so long without further news, and must be looked at again then. */
  | { readonly kind: 'serving'; readonly message: string; readonly forMs?: number };

/** What was said before, and when. */
export interface RolloutContext {
  /** Whether the last status said that it serves. */
  readonly wasServing: boolean;
  /** When the syncer last changed the number of pods, as status has it. */
  readonly lastScaleTime: string | undefined;
  readonly now: Date;
}

/** Kubernetes' default of progressDeadlineSeconds. */
const DEFAULT_DEADLINE_SECONDS = 600;
/** How far a change of replicas and its effect on Available may be apart: a second or two, and what two machines' clocks differ by. */
const SCALING_SHOWS_WITHIN_MS = 30_000;

/**
 * Judges a Deployment by what its controller reports.
 *
 * Adding pods is not a rollout. Kubernetes counts a Deployment as unavailable until most of the new pods are up, so after the
 * syncer added pods, those that served before are taken for enough, for as long as a rollout may go without progress.
 */
export function rolloutOf(deployment: Deployment, context: RolloutContext): Rollout {
  const { metadata, spec, status = {} } = deployment;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return { kind: 'unseen' };
  const { updatedReplicas = 0, availableReplicas = 0 } = status;
  const wanted = spec.replicas ?? 1;
  const progressing = conditionOf(deployment.status, 'Progressing');
  const failure = conditionOf(deployment.status, 'ReplicaFailure');

  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    const { message = 'the rollout made no progress within its deadline.' } = progressing;
    return { kind: 'stuck', message: `${message} Its pods say why: ${podsCommand(metadata)}` };
  }
  if (failure?.status === 'True') return { kind: 'failing', message: failure.message ?? 'pods cannot be created' };
  if (spec.paused === true) {
    return {
      kind: 'progressing',
      message: `the Deployment is paused: kubectl rollout resume deployment/${metadata.name}`,
    };
  }
  if (!isRolledOut(deployment)) {
    const message = `${updatedReplicas} of ${wanted} pods are of the newest version, ${availableReplicas} of all are available`;
    return { kind: 'progressing', message };
  }
  const count = `${availableReplicas} of ${wanted} pods are available`;
  if (conditionOf(deployment.status, 'Available')?.status === 'True') return { kind: 'serving', message: count };
  const graceMs = context.wasServing && availableReplicas > 0 ? graceLeftMs(deployment, context) : 0;
  if (graceMs <= 0) return { kind: 'progressing', message: count };
  return { kind: 'serving', message: count, forMs: graceMs };
}

function podsCommand({ namespace = '', name }: Deployment['metadata']): string {
  return `kubectl describe pods -n ${namespace} -l app.kubernetes.io/instance=${name}`;
}

/** Whether all pods are of the newest template, and enough of them have been up at some time. */
function isRolledOut(deployment: Deployment): boolean {
  const { spec, status = {} } = deployment;
  const { replicas = 0, updatedReplicas = 0 } = status;
  if (updatedReplicas !== replicas) return false;
  const progressing = conditionOf(deployment.status, 'Progressing');
  // The largest deadline means none to Kubernetes, which then does not speak of progress at all.
  if (spec.progressDeadlineSeconds === INT32_MAX) return updatedReplicas >= (spec.replicas ?? 1);
  return progressing?.reason === 'NewReplicaSetAvailable';
}

/** For how much longer pods that were just added may be missing; 0 if it is not scaling that made the Deployment unavailable. */
function graceLeftMs(deployment: Deployment, { lastScaleTime = '', now }: RolloutContext): number {
  const scaledMs = Date.parse(lastScaleTime);
  const unavailableMs = Date.parse(conditionOf(deployment.status, 'Available')?.lastTransitionTime ?? '');
  // Where a time is missing, the comparison is with NaN, and false.
  if (!(Math.abs(unavailableMs - scaledMs) <= SCALING_SHOWS_WITHIN_MS)) return 0;
  const graceMs = (deployment.spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000;
  return Math.max(0, scaledMs + graceMs - now.getTime());
}

/** Whether going from one to the other replaces pods, rather than only adding or removing some. */
export function replacesPods(before: Deployment | undefined, after: Deployment): boolean {
  return !isDeepStrictEqual(before?.spec.template, after.spec.template);
}
