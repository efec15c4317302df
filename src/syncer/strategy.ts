/** A Deployment's way of replacing pods, written down in full. Pure. */

import type { DeploymentStrategy } from '../api/types.ts';
import type { Manifest } from '../construct/manifest.ts';

/** What Kubernetes fills in: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment */
const DEFAULT = { maxSurge: '25%', maxUnavailable: '25%' };

/**
 * The Deployment with the settings of rolling updates that it would get anyway.
 *
 * What Kubernetes fills in belongs to no field manager, and stays when `Recreate` is applied, which is refused beside it. What the syncer
 * has applied itself goes with the same apply.
 */
export function withStrategy(deployment: Manifest): Manifest {
  const spec = deployment.spec as { readonly strategy?: DeploymentStrategy };
  const { type = 'RollingUpdate', rollingUpdate } = spec.strategy ?? {};
  if (type === 'Recreate') return deployment;
  return { ...deployment, spec: { ...spec, strategy: { type, rollingUpdate: { ...DEFAULT, ...rollingUpdate } } } };
}
