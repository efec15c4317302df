/** What the syncer has written: how many creations and changes an object had. Pure. */

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../src/kube/resource.ts';
import { ELASTIC_WEB, FIELD_MANAGER } from '../../src/syncer/kinds.ts';
import { isBesideTheStory, isWrite } from './call.ts';
import type { RecordedCall } from './proxy.ts';

/** Creations and changes that had an effect, by `RESOURCE NAME`. */
export type Writes = Readonly<Record<string, { readonly created: number; readonly changed: number }>>;

/** Counts the writes that reached the API server, were accepted, and changed something. Events and the Lease are no part of it. */
export function countWrites(calls: readonly RecordedCall[]): Writes {
  const writes: Record<string, { created: number; changed: number }> = {};
  for (const call of calls.filter((one) => isWrite(one) && !isBesideTheStory(one))) {
    const { before, after } = call;
    if (after === undefined) continue;
    const count = (writes[`${call.resource} ${call.name ?? ''}`] ??= { created: 0, changed: 0 });
    if (before === undefined) count.created += 1;
    else if (!isDeepStrictEqual(ownPart(before), ownPart(after))) count.changed += 1;
  }
  return writes;
}

/**
 * What of an object only the syncer changes. Between the look at an object and the write, the Deployment controller may have made a version
 * of it, so versions alone do not tell whose a change is.
 */
function ownPart(object: KubeObject): unknown {
  const { managedFields, resourceVersion, generation, ...metadata } = object.metadata;
  const { 'deployment.kubernetes.io/revision': revision, ...annotations } = metadata.annotations ?? {};
  const own = managedFields?.filter(({ manager }) => manager === FIELD_MANAGER);
  const whole = { ...object, metadata: { ...metadata, annotations, managedFields: own } };
  return object.kind === ELASTIC_WEB.kind ? whole : { ...whole, status: undefined };
}
