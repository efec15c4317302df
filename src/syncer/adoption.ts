/** What makes an adopted object wholly the syncer's: the fields that others have set in its spec. Pure. */

import { hasApplied } from '../kube/owned-fields.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/resource.ts';
import { FIELD_MANAGER } from './kinds.ts';

/** What works on every object of these kinds and was never the owner of one. */
const CONTROLLERS: ReadonlySet<string> = new Set(['kube-controller-manager']);

type Fields = Readonly<Record<string, unknown>>;

/**
 * The managedFields by which the spec of an adopted object belongs to the syncer; undefined where it has applied the object before, or
 * where there is nothing to take over.
 *
 * Server-side apply takes away only what its manager alone has applied before. Without this, whatever the former owner set and the
 * ElasticWeb does not ask for would stay for ever: an environment variable, a second port. Metadata is left as it is.
 */
export function claimSpec(live: KubeObject): ManagedFieldsEntry[] | undefined {
  if (hasApplied(live, FIELD_MANAGER)) return undefined;
  const entries = live.metadata.managedFields ?? [];
  let claimed: Fields | undefined;
  const left = entries.flatMap((entry) => {
    const { 'f:spec': spec, ...rest } = (entry.fieldsV1 ?? {}) as Fields;
    const isFormerOwner = (entry.subresource ?? '') === '' && !CONTROLLERS.has(entry.manager ?? '');
    if (spec === undefined || !isFormerOwner) return [entry];
    claimed = union(claimed ?? {}, spec as Fields);
    return Object.keys(rest).length === 0 ? [] : [{ ...entry, fieldsV1: rest }];
  });
  if (claimed === undefined) return undefined;
  const ours = {
    manager: FIELD_MANAGER,
    operation: 'Apply',
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': claimed },
  };
  return [...left, ours];
}

/** All fields of both sets. */
function union(one: Fields, other: Fields): Fields {
  const both = Object.entries(other).map(([key, fields]) => [
    key,
    Object.hasOwn(one, key) ? union(one[key] as Fields, fields as Fields) : fields,
  ]);
  return { ...one, ...(Object.fromEntries(both) as Fields) };
}
