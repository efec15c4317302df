/** What becomes of an object that the syncer takes over: what its former owners had set and the ElasticWeb does not ask for goes away. */

import type { KubeClient } from '../../kube/client.ts';
import { ownedFields } from '../../kube/owned-fields.ts';
import { withoutRemoved } from '../../kube/removed-fields.ts';
import type { KubeObject, ResourceType } from '../../kube/resource.ts';
import { claimSpec } from '../../syncer/adoption.ts';
import { FIELD_MANAGER } from '../../syncer/kinds.ts';
import { mergePatchFor } from './way.ts';

/**
 * The syncer makes the fields of the former owners its own and then applies. A dry run cannot do one after the other, so what the second step
 * takes away is taken away here, and the API server is asked what it makes of that: it fills in defaults.
 *
 * @param applied what an apply alone would make of it
 * @throws KubeError when the API server refuses it
 */
export async function adopted<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  before: T,
  applied: T,
): Promise<T> {
  const managedFields = claimSpec(before);
  if (managedFields === undefined) return applied;
  const claimed = ownedFields({ ...before, metadata: { ...before.metadata, managedFields } }, FIELD_MANAGER);
  const wanted = ownedFields(applied, FIELD_MANAGER);
  if (claimed === undefined) return applied;
  const { spec } = withoutRemoved(applied, claimed, wanted) as { readonly spec?: unknown };
  const { labels, annotations, ownerReferences } = applied.metadata;
  const patch = mergePatchFor(
    { spec: (before as { readonly spec?: unknown }).spec },
    { metadata: { labels, annotations, ownerReferences }, spec },
  );
  return client.mergePatch(type, before.metadata, patch, { fieldManager: FIELD_MANAGER });
}
