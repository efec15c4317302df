/**
 * How far an object is, as kstatus sees it, by which Flux, Config Sync and `kpt live` wait: its rules, ported as an oracle.
 *
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */

import { INT32_MAX } from '../../src/api/schema.ts';
import type { KubeObject } from '../../src/kube/resource.ts';

export type Verdict = 'InProgress' | 'Current' | 'Failed' | 'Terminating';

/** What the rules look at, of any kind. */
interface Judged extends KubeObject {
  readonly spec?: object;
  readonly status?: object;
}

interface AnyStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
}

/** The verdict about an object. The first rule that has one decides: what holds for all kinds, the kind's own, Ready. */
export function kstatusOf(object: Judged): Verdict {
  return generic(object) ?? ofKind(object) ?? byReady(object) ?? 'Current';
}

/** What holds for every kind. */
function generic({ metadata, status = {} }: Judged): Verdict | undefined {
  if ((metadata.deletionTimestamp ?? '') !== '') return 'Terminating';
  const { observedGeneration, conditions = [] }: AnyStatus = status;
  // Where one of the two is missing, nothing can be said about it.
  if (metadata.generation !== undefined && (observedGeneration ?? metadata.generation) !== metadata.generation) {
    return 'InProgress';
  }
  // In the order of the list.
  for (const { type, status } of conditions) {
    if (type === 'Reconciling' && status === 'True') return 'InProgress';
    if (type === 'Stalled' && status === 'True') return 'Failed';
  }
  return undefined;
}

/** The kinds among ours for which kstatus has rules of its own. */
function ofKind({ apiVersion, kind, spec = {}, status = {} }: Judged): Verdict | undefined {
  if (apiVersion === 'apps/v1' && kind === 'Deployment') return ofDeployment(spec, status);
  if (apiVersion !== 'v1' || kind !== 'Service') return undefined;
  const { type = 'ClusterIP', clusterIP = '' } = spec as { readonly type?: string; readonly clusterIP?: string };
  return type === 'LoadBalancer' && clusterIP === '' ? 'InProgress' : 'Current';
}

function ofDeployment(
  spec: { readonly replicas?: number; readonly progressDeadlineSeconds?: number },
  status: AnyStatus,
) {
  const { replicas: wanted = 1, progressDeadlineSeconds = INT32_MAX } = spec;
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0, conditions = [] } = status;
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  const available = conditions.find(({ type }) => type === 'Available');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return 'Failed';
  const isRolledOut =
    progressDeadlineSeconds === INT32_MAX ||
    (progressing?.status === 'True' && progressing.reason === 'NewReplicaSetAvailable');
  const isCurrent =
    wanted === replicas &&
    wanted <= updatedReplicas &&
    updatedReplicas <= availableReplicas &&
    wanted <= readyReplicas &&
    isRolledOut &&
    available?.status === 'True';
  return isCurrent ? 'Current' : 'InProgress';
}

/** Ready, which most kinds have: not True is work in progress, since nobody knows whether it will end. */
function byReady({ status = {} }: Judged): Verdict | undefined {
  const { conditions = [] }: AnyStatus = status;
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined) return undefined;
  return ready.status === 'True' ? 'Current' : 'InProgress';
}
