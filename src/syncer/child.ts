/** Making one child of an ElasticWeb what it should be: read, judge whose it is, write what differs. */

import { createHash } from 'node:crypto';
import type { Manifest } from '../construct/manifest.ts';
import { type KubeClient, NO_VERSION } from '../kube/client.ts';
import { isConflict } from '../kube/errors.ts';
import { needsApply } from '../kube/difference.ts';
import { hasApplied } from '../kube/owned-fields.ts';
import { keyOf, type KubeObject, type ManagedFieldsEntry, type ResourceType } from '../kube/resource.ts';
import { claimSpec } from './adoption.ts';
import type { CopiesOf } from './copies.ts';
import { isDuplicate } from './failure.ts';
import { type Child, type ElasticWebResource, FIELD_MANAGER } from './kinds.ts';
import { type Ownership, ownershipOf } from './ownership.ts';
import type { PassContext } from './pass.ts';
import { claimRenumberedPorts } from './renumbered-port.ts';

/** One child as it is found, before anything is done about it. */
export interface FoundChild<T extends Child> {
  readonly type: ResourceType<T>;
  readonly copies: CopiesOf<T>;
  readonly live: T | undefined;
  readonly ownership: Ownership;
}

/** What applying did. */
export interface Applied<T extends Child> {
  readonly change: 'created' | 'configured' | 'unchanged';
  readonly before: T | undefined;
  readonly live: T;
  /** The first field that differed, for the log. */
  readonly difference?: string;
}

/**
 * Finds a child by name. What the local copy does not have is read from the API server: an object without the product's label,
 * a foreign one for instance, is in no copy.
 */
export async function findChild<T extends Child>(
  client: KubeClient,
  type: ResourceType<T>,
  copies: CopiesOf<T>,
  web: ElasticWebResource,
  name: string,
): Promise<FoundChild<T>> {
  const { namespace } = web.metadata;
  const live = copies.get(keyOf({ metadata: { namespace, name } })) ?? (await client.get(type, { namespace, name }));
  return { type, copies, live, ownership: ownershipOf(live, web) };
}

/**
 * Applies `desired` where it differs from the live object. The caller has made sure that the child is absent or ours.
 *
 * `generation` is that of the ElasticWeb. `pinned`: only the very version that was looked at is changed, because what is desired rests on it;
 * another is a conflict, and is read again. A field that others change back each time is set no more than a few times a minute.
 *
 * Creating makes an object or fails: one that somebody else made meanwhile is not touched. Updating names the uid: it changes this very object
 * or fails.
 *
 * @throws ContendedError, KubeError
 */
export async function applyChild<T extends Child>(
  { client, repairs }: Pick<PassContext, 'client' | 'repairs'>,
  { type, copies, live }: FoundChild<T>,
  desired: Manifest,
  { generation, pinned = false }: { readonly generation: number; readonly pinned?: boolean },
): Promise<Applied<T>> {
  if (live === undefined) {
    const made = await make(client, type, desired);
    copies.observe(made);
    return { change: 'created', before: undefined, live: made };
  }
  const difference = needsApply({ desired: asKubeObject(desired), live, fieldManager: FIELD_MANAGER });
  if (difference === undefined) return { change: 'unchanged', before: live, live };
  const repair = {
    object: `${type.kind} ${keyOf({ metadata: desired.metadata })}`,
    path: difference.path,
    // Who changes an ElasticWeb to and fro wishes something new each time.
    wish: `${generation} ${hashOf(desired)}`,
  };
  // About that field Contention decides, which knows a decision from a duel.
  const isScaling = difference.path === 'spec.replicas';
  if (!isScaling) repairs.check(repair);

  // Claiming makes another version of it.
  const wasApplied = hasApplied(live, FIELD_MANAGER);
  if (!wasApplied) await claimFields(client, type, live, claimSpec);
  const { uid, resourceVersion } = live.metadata;
  const named = { ...(uid !== undefined && { uid }), ...(pinned && wasApplied && { resourceVersion }) };
  const body = { ...desired, metadata: { ...desired.metadata, ...named } };
  const apply = () => client.apply(type, body, { fieldManager: FIELD_MANAGER, force: true });
  const result = await apply().catch(async (error: unknown) => {
    // The local copy is not what is there: the next pass must not start from it again.
    if (isConflict(error)) copies.forget(live);
    if (!isDuplicate(error)) throw error;
    const claim = (whole: KubeObject) => claimRenumberedPorts(asKubeObject(desired), whole);
    if (!(await claimFields(client, type, live, claim))) throw error;
    return apply();
  });
  copies.observe(result);
  if (!isScaling) repairs.made(repair);
  return { change: 'configured', before: live, live: result, difference: difference.path };
}

/**
 * Makes an object that was not there when it was looked for.
 *
 * @throws KubeError, a conflict if there is one by now
 */
async function make<T extends Child>(client: KubeClient, type: ResourceType<T>, desired: Manifest): Promise<T> {
  const options = { fieldManager: FIELD_MANAGER, force: false };
  try {
    const metadata = { ...desired.metadata, resourceVersion: NO_VERSION };
    return await client.apply(type, { ...desired, metadata }, options);
  } catch (error) {
    if (!isConflict(error)) throw error;
    // Should an API server not make what names a version, it is asked without one: nothing would come of any ElasticWeb otherwise.
    if ((await client.get(type, desired.metadata)) !== undefined) throw error;
    return client.apply(type, asKubeObject(desired), options);
  }
}

/**
 * Makes fields of others the syncer's own, so that the next apply takes away those that are not wanted. Returns whether there were any.
 *
 * @param claim the managedFields as they should be, from the object with the entries of all managers
 */
async function claimFields<T extends Child>(
  client: KubeClient,
  type: ResourceType<T>,
  { metadata }: T,
  claim: (whole: KubeObject) => ManagedFieldsEntry[] | undefined,
): Promise<boolean> {
  // Local copies have left out whose the fields of others are.
  const whole = await client.get(type, metadata);
  const managedFields = whole && claim(whole);
  if (managedFields === undefined) return false;
  const { uid, resourceVersion } = whole?.metadata ?? {};
  const patch = { metadata: { uid, resourceVersion, managedFields } };
  await client.mergePatch(type, metadata, patch, { fieldManager: FIELD_MANAGER });
  return true;
}

/** Kubernetes gives out version 4 uids at random; this one belongs to nobody. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/**
 * Hands a child that the spec no longer wants to the garbage collector, without the right to delete: its owner becomes an object that
 * does not exist, and the collector removes what such objects own.
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/#orphaned-dependents
 */
export async function retireChild<T extends Child>(
  client: KubeClient,
  { type, copies, live, ownership }: FoundChild<T>,
): Promise<'retired' | 'unchanged'> {
  // A child that nobody controls is no child any more; it is left alone.
  const owners = live?.metadata.ownerReferences ?? [];
  const hasController = owners.some(({ controller }) => controller === true);
  if (live === undefined || ownership.kind !== 'ours' || !hasController) return 'unchanged';
  const { uid, resourceVersion } = live.metadata;
  const ownerReferences = owners.map((owner) => (owner.controller === true ? { ...owner, uid: NOBODY } : owner));
  // With uid and version, this is a change of what was read, or fails.
  const patch = { metadata: { uid, resourceVersion, ownerReferences } };
  copies.observe(await client.mergePatch(type, live.metadata, patch, { fieldManager: FIELD_MANAGER }));
  return 'retired';
}

function hashOf(manifest: Manifest): string {
  return createHash('sha1').update(JSON.stringify(manifest)).digest('base64');
}

function asKubeObject(manifest: Manifest): KubeObject {
  return manifest;
}
