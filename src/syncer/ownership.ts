/** Whose an object is that has the name of a child. */

import { ADOPT_ANNOTATION, GROUP, KIND } from '../api/resource.ts';
import { hasApplied } from '../kube/owned-fields.ts';
import type { KubeObject, OwnerReference } from '../kube/resource.ts';
import { isDeepStrictEqual } from 'node:util';
import { selectorLabels } from '../construct/names.ts';
import { type Deployment, DEPLOYMENT, type ElasticWebResource, FIELD_MANAGER } from './kinds.ts';

/**
 * - `absent`: there is none.
 * - `ours`: this ElasticWeb's child; or, not `owned` yet, one that lost its owner reference, or one that was handed over.
 * - `leaving`: it is being deleted, or belongs to a deleted namesake; the garbage collector will take it. Nothing can be done but wait.
 * - `foreign`: somebody else's. Never touched. `owner` is its controller, if it has one; what nobody controls may be handed over,
 *   unless an `obstacle` is in the way.
 */
export type Ownership =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ours'; readonly owned: boolean }
  | { readonly kind: 'leaving'; readonly why: string }
  | { readonly kind: 'foreign'; readonly owner: string | undefined; readonly obstacle?: string };

/** Decides whose `live` is, seen from `web`. */
export function ownershipOf(live: KubeObject | undefined, web: ElasticWebResource): Ownership {
  if (live === undefined) return { kind: 'absent' };
  const { metadata } = live;
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller !== undefined) {
    if (controller.uid === web.metadata.uid) return inUse(live, true);
    if (isNamesake(controller, web)) {
      return { kind: 'leaving', why: `it belongs to a deleted ElasticWeb ${controller.name} (uid ${controller.uid})` };
    }
    return { kind: 'foreign', owner: `${controller.kind}/${controller.name}` };
  }
  const obstacle = selectorObstacle(live, web);
  if (obstacle !== undefined) return { kind: 'foreign', owner: undefined, obstacle };
  if (metadata.annotations?.[ADOPT_ANNOTATION] === web.metadata.name || wasApplied(live, web))
    return inUse(live, false);
  return { kind: 'foreign', owner: undefined };
}

function inUse(live: KubeObject, owned: boolean): Ownership {
  const { deletionTimestamp } = live.metadata;
  return deletionTimestamp === undefined || deletionTimestamp === null
    ? { kind: 'ours', owned }
    : { kind: 'leaving', why: 'it is being deleted' };
}

/** A Deployment goes on selecting the pods that it was made for: Kubernetes does not let its selector change. */
function selectorObstacle(live: KubeObject, { metadata }: ElasticWebResource): string | undefined {
  if (live.kind !== DEPLOYMENT.kind) return undefined;
  const { selector } = (live as Deployment).spec;
  const wanted = { matchLabels: selectorLabels(metadata.name) };
  if (isDeepStrictEqual(selector, wanted)) return undefined;
  return `its selector is ${JSON.stringify(selector)}, an ElasticWeb's is ${JSON.stringify(wanted)}, and a selector cannot be changed`;
}

function isNamesake(owner: OwnerReference, web: ElasticWebResource): boolean {
  return owner.kind === KIND && owner.apiVersion.startsWith(`${GROUP}/`) && owner.name === web.metadata.name;
}

/**
 * Whether the syncer made it for an ElasticWeb of this name, and somebody took the owner reference away: by hand, or by deleting the
 * ElasticWeb with `--cascade=orphan`. Only an apply under the syncer's own name leaves such an entry behind.
 */
function wasApplied(live: KubeObject, web: ElasticWebResource): boolean {
  const instance = live.metadata.labels?.['app.kubernetes.io/instance'];
  return hasApplied(live, FIELD_MANAGER) && instance === web.metadata.name;
}
