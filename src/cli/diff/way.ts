/** How an object got into the cluster, and so what applying its manifest again would do to it. Pure. */

import { isObject } from '../../api/defaults.ts';
import type { KubeObject } from '../../kube/resource.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * - `create`: there is none.
 * - `server-side`: this manager has applied it; what it applied before and applies no longer goes away.
 * - `merge`: as `kubectl apply` does it by itself: what was in the manifest that it remembers, and is no longer, goes away. Where it
 *   remembers none, nothing does.
 */
export type Way =
  | { readonly kind: 'create' }
  | { readonly kind: 'server-side'; readonly fieldManager: string }
  | { readonly kind: 'merge'; readonly lastApplied: Fields };

/** Where `kubectl apply` and Argo CD remember what they applied. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The way in which the live object was applied last; of several who applied it, the one who did so last. */
export function wayOf(live: KubeObject | undefined): Way {
  if (live === undefined) return { kind: 'create' };
  const appliers = (live.metadata.managedFields ?? []).filter(
    ({ operation, subresource = '' }) => operation === 'Apply' && subresource === '',
  );
  const [last] = appliers.sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  if (last?.manager !== undefined) return { kind: 'server-side', fieldManager: last.manager };
  return { kind: 'merge', lastApplied: parsed(live.metadata.annotations?.[LAST_APPLIED]) };
}

/** The JSON merge patch by which `kubectl apply` makes what it applied before what is wanted now: null removes a field. */
export function mergePatchFor(lastApplied: unknown, wanted: Fields): Fields {
  const before = isObject(lastApplied) ? lastApplied : {};
  const removed = Object.keys(before).filter((name) => !Object.hasOwn(wanted, name));
  return Object.fromEntries([
    ...removed.map((name): [string, unknown] => [name, null]),
    ...Object.entries(wanted).map(([name, value]): [string, unknown] => [
      name,
      isObject(value) ? mergePatchFor(before[name], value) : value,
    ]),
  ]);
}

function parsed(text: string | undefined): Fields {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isObject(value) ? value : {};
  } catch {
    return {}; // Somebody else wrote it: nothing is remembered then.
  }
}
