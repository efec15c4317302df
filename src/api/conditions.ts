/** The words in which the state of an ElasticWeb is told: types and reasons of its conditions. */

/** The aspects of the state, in the order in which status lists them. */
export const CONDITION_TYPES = [
  'Ready',
  'Reconciling',
  'Stalled',
  'DeploymentReady',
  'ServiceReady',
  'ScalingActive',
  'ScalingLimited',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/**
 * Why Ready is what it is.
 *
 * - `Progressing`: the newest template is being rolled out. `Available`: it serves. `Suspended`: spec.suspend is set.
 * - Only a change of the object helps: `InvalidSpec`, `NameConflict`, `ImmutableField`; `ProgressDeadlineExceeded`: nor does waiting.
 * - Trouble that may pass: `WaitingForGarbageCollection` (children of a deleted namesake are still there), `NodePortConflict`,
 *   `Forbidden`, `AdmissionDenied`, `QuotaExceeded`, `ReplicaFailure` (the Deployment cannot create pods), `Contended` (somebody changes a
 *   child back each time), `ApplyFailed` (anything else).
 */
export type ReadyReason =
  'Progressing' | 'Available' | 'Suspended' | TerminalReason | 'ProgressDeadlineExceeded' | TransientReason;

/** Reasons that end the work on an object until it changes. */
export const TERMINAL_REASONS = ['InvalidSpec', 'NameConflict', 'ImmutableField'] as const;
export type TerminalReason = (typeof TERMINAL_REASONS)[number];

/** Reasons for which the work is tried again. */
export type TransientReason =
  | 'WaitingForGarbageCollection'
  | 'NodePortConflict'
  | 'Forbidden'
  | 'AdmissionDenied'
  | 'QuotaExceeded'
  | 'ReplicaFailure'
  | 'Contended'
  | 'ApplyFailed';

/** The reason of Reconciling while an error is being retried. */
export const PROGRESSING_WITH_RETRY = 'ProgressingWithRetry';

/** The condition of this type in a status; undefined if it does not say so, or if there is none. */
export function conditionOf<C extends { readonly type: string }>(
  status: { readonly conditions?: readonly C[] } | undefined,
  type: C['type'],
): C | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
