/** When a kind that was just defined can be used. */

import { eventually } from './eventually.ts';
import type { KubectlResult } from './kubectl.ts';

/**
 * Waits until the API server has taken in CRDs: those of these names, `crd/NAME`, or all.
 *
 * @throws Error, with kubectl's words, if it has not within 30 s
 */
export async function established(
  kubectl: (args: readonly string[]) => Promise<KubectlResult>,
  ...crds: readonly string[]
): Promise<void> {
  const which = crds.length === 0 ? ['customresourcedefinitions', '--all'] : crds;
  const look = async () => {
    const { code, stderr } = await kubectl(['wait', '--for=condition=Established', ...which, '--timeout=20s']);
    if (code !== 0) throw new Error(stderr.trim());
  };
  // Where one was made a moment ago and has no conditions at all, `kubectl wait` fails at once instead of waiting.
  await eventually(look, { timeoutMs: 30_000, intervalMs: 250, what: 'CRDs to be established' });
}
