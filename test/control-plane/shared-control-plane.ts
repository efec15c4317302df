/** The one control plane that all test files of a run share: handed over by setup.ts, taken by each test file. */
import type { ControlPlaneAccess } from './control-plane.ts';
import { kubectlFor } from './kubectl.ts';

const variable = 'ELASTICWEB_TEST_CONTROL_PLANE';

/** What crosses the border between the processes. */
interface Handover extends Omit<ControlPlaneAccess, 'kubectl'> {
  readonly kubectlBinary: string;
}

/** Makes the control plane known to every process started from now on. */
export function shareControlPlane(access: ControlPlaneAccess, kubectlBinary: string): void {
  const { kubeconfig, server, directory } = access;
  const handover: Handover = { kubeconfig, server, directory, kubectlBinary };
  process.env[variable] = JSON.stringify(handover);
}

/**
 * The control plane of this test run. Files run at the same time, so each works in namespaces of its own.
 *
 * @throws Error if the run was started without the set-up
 */
export function useControlPlane(): ControlPlaneAccess {
  const handover = process.env[variable];
  if (handover === undefined) {
    throw new Error(
      'this test needs the control plane of a test run: start it with `npm test`, ' +
        'or one file with `node --test --test-global-setup=test/control-plane/setup.ts FILE`',
    );
  }
  const { kubectlBinary, ...access } = JSON.parse(handover) as Handover; // Written above.
  return { ...access, kubectl: kubectlFor({ ...access, binary: kubectlBinary }) };
}
