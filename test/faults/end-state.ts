/** What the world looks like in the end, without what differs from one run to the next. */

import { isRecord } from '../../src/kube/watch-events.ts';
import { type KubeObject, keyOf, type ManagedFieldsEntry, type ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, FIELD_MANAGER, SERVICE } from '../../src/syncer/kinds.ts';
import type { World } from '../cluster/world.ts';

/** All ElasticWebs and children of a namespace, by `Kind name`. */
export type EndState = Readonly<Record<string, unknown>>;

/** Given by the API server or by the clock. A generation is a count of changes, and those are compared on their own. */
const VARYING: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'time',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastScaleTime',
  'clusterIP',
  'clusterIPs',
  'generation',
  'observedGeneration',
]);

/** Everything that the story is about, as it is now. */
export async function storyObjects({ client, namespace }: World): Promise<readonly KubeObject[]> {
  const types: readonly ResourceType[] = [ELASTIC_WEB, DEPLOYMENT, SERVICE];
  const lists = await Promise.all(types.map((type) => client.listAll(type, { namespace })));
  return lists.flatMap(({ items }) => items).filter(({ metadata }) => !metadata.name.startsWith('marker'));
}

/** The objects with what varies left out, so that two worlds can be compared. */
export function endState(objects: readonly KubeObject[], namespace: string): EndState {
  return Object.fromEntries(
    objects.map((object) => {
      const { managedFields = [], ...metadata } = object.metadata;
      // Of the fields of others, the test's own and Kubernetes', nothing depends on the syncer.
      const own = managedFields.filter(({ manager }: ManagedFieldsEntry) => manager === FIELD_MANAGER);
      const masked = mask({ ...object, metadata: { ...metadata, managedFields: own } }, namespace);
      return [`${object.kind} ${object.metadata.name}`, masked];
    }),
  );
}

/** Each object with its version. */
export function versions(objects: readonly KubeObject[]): Record<string, string | undefined> {
  return Object.fromEntries(
    objects.map((object) => [`${object.kind} ${keyOf(object)}`, object.metadata.resourceVersion]),
  );
}

/** The uid of the owner is part of the name of a field that the syncer owns. */
const UID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function mask(value: unknown, namespace: string): unknown {
  if (Array.isArray(value)) return value.map((item) => mask(item, namespace)).sort(byConditionType);
  if (value === namespace) return 'shop';
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key.replaceAll(UID, 'UID'),
      VARYING.has(key) ? 'varies' : mask(field, namespace),
    ]),
  );
}

/** Conditions are a map in all but form; their order tells which changed last. Other lists stay as they are. */
function byConditionType(a: unknown, b: unknown): number {
  const isCondition = (item: unknown) => isRecord(item) && 'lastTransitionTime' in item;
  if (!isRecord(a) || !isRecord(b) || !isCondition(a) || !isCondition(b)) return 0;
  return String(a.type).localeCompare(String(b.type));
}
