/** The control plane that a test file of faults has for itself, because what happens to it would disturb all others. */

import { join } from 'node:path';
import { ensureBinaries } from '../control-plane/binaries.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../control-plane/control-plane.ts';
import { shareControlPlane } from '../control-plane/shared-control-plane.ts';

const manifests = [join(import.meta.dirname, '../../dist/install.k8s.yaml')];

/** Starts it, with dist/ installed unless `manifests` names others, and makes it the one that `useWorld` finds. Whoever calls this stops it. */
export async function ownControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { kubernetes } = await ensureBinaries(['kubernetes']);
  const controlPlane = await startControlPlane({ manifests, ...options });
  shareControlPlane(controlPlane, kubernetes);
  return controlPlane;
}
