/** The table of states, as Flux and Argo CD are to see them: docs/argocd/README.md shows it to users. */

import { conditionOf, TERMINAL_REASONS } from '../../src/api/conditions.ts';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';
import type { Verdict } from './kstatus.ts';

export type Health = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended';

/** What one state looks like from outside. */
interface Look {
  readonly kstatus: Verdict;
  readonly argo: Health;
}

/** From the first moment of an ElasticWeb to its last. */
export const STATES = {
  created: { kstatus: 'InProgress', argo: 'Progressing' },
  /** It was changed, and the syncer has not answered yet. */
  changed: { kstatus: 'InProgress', argo: 'Progressing' },
  'rolling out': { kstatus: 'InProgress', argo: 'Progressing' },
  serving: { kstatus: 'Current', argo: 'Healthy' },
  'transient error': { kstatus: 'InProgress', argo: 'Progressing' },
  'terminal error': { kstatus: 'Failed', argo: 'Degraded' },
  'deadline exceeded': { kstatus: 'Failed', argo: 'Degraded' },
  suspended: { kstatus: 'Current', argo: 'Suspended' },
  /** Nothing is made until it is not, so that who waits for it must wait on. */
  'suspended from the beginning': { kstatus: 'InProgress', argo: 'Suspended' },
  deleted: { kstatus: 'Terminating', argo: 'Progressing' },
} as const satisfies Record<string, Look>;
export type State = keyof typeof STATES;

/** The state of an ElasticWeb by its reasons alone: neither kstatus nor Argo CD look at it in this way. */
export function stateOf(web: ElasticWebResource): State {
  const { metadata, status } = web;
  if (typeof metadata.deletionTimestamp === 'string') return 'deleted';
  const ready = conditionOf(status, 'Ready');
  if (ready === undefined) return 'created';
  if (status?.observedGeneration !== metadata.generation) return 'changed';
  const { reason } = ready;
  if (reason === 'Available') return 'serving';
  if (reason === 'Suspended') return ready.status === 'True' ? 'suspended' : 'suspended from the beginning';
  if (reason === 'Progressing') return 'rolling out';
  if (reason === 'ProgressDeadlineExceeded') return 'deadline exceeded';
  return (TERMINAL_REASONS as readonly string[]).includes(reason) ? 'terminal error' : 'transient error';
}
