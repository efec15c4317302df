/**
 * Would a server-side apply change anything? Pure. This decides whether a controller writes.
 *
 * The API server remembers in managedFields exactly which fields our last apply held, and takes a field out of that memory
 * as soon as anybody else changes or removes it. So an apply of `desired` changes nothing if and only if
 *
 * 1. every field of `desired` is in that memory (otherwise it is new, or somebody has touched it),
 * 2. every field in that memory is in `desired` (otherwise the apply would remove it), and
 * 3. each such field has the value that applying `desired` gives it (otherwise `desired` has changed since).
 *
 * Fields that `desired` does not set are not looked at: defaults, allocated values, and what others own.
 *
 * Not seen, because nobody could tell them apart afterwards: whether an empty structure (`lifecycle: {}`) is there or not,
 * and which of two empty values (`null` or `false`, `''` or the default) was the last one applied.
 */
import {
  type FieldPlace,
  isAtomicMap,
  isDefault,
  isKeyedList,
  isQuantity,
  isStringMap,
  keyDefault,
} from './field-facts.ts';
import { type OwnedItem, type OwnedNode, isLeaf, ownedFields, ownersOf } from './owned-fields.ts';
import { isSameQuantity } from './quantity.ts';
import type { KubeObject, ManagedFieldsEntry } from './resource.ts';
import { isRecord } from './watch-events.ts';

/** Why an apply is needed, and where. Holds no values: they may be secret. */
export interface Difference {
  /** The first field that differs: `spec.template.spec.containers[name=web].image`; empty for the object as a whole. */
  readonly path: string;
  /**
   * `Changed`: has another value than desired. `Missing`: is not there, or not in that order. `NotOwned`: is not, or no
   * longer, ours. `Unwanted`: is ours and no longer desired.
   */
  readonly kind: 'Changed' | 'Missing' | 'NotOwned' | 'Unwanted';
}

export interface DifferenceInput {
  /** What would be applied. Fields that are `undefined` count as absent. */
  readonly desired: KubeObject;
  /** What the API server has. Its managedFields must hold at least our own entry, see `withFewerManagedFields`. */
  readonly live: KubeObject;
  readonly fieldManager: string;
}

/** What names an object or is the API server's own business; an apply does not own it. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'status']);
const METADATA_NOT_COMPARED: ReadonlySet<string> = new Set([
  ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'selfLink', 'managedFields'],
  ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
]);

/** The first difference that an apply would remove; undefined if it would change nothing. */
export function needsApply({ desired, live, fieldManager }: DifferenceInput): Difference | undefined {
  const owned = ownedFields(live, fieldManager);
  if (owned === undefined) return { path: '', kind: 'NotOwned' };
  return compareFields(at('', ''), owned, comparable(desired), comparable(live));
}

/**
 * The object without what other managers own, which is most of its size; but for the field at `kept`, such as `['spec', 'replicas']`. For
 * the memory of a reflector.
 */
export function withFewerManagedFields<T extends KubeObject>(
  object: T,
  fieldManager: string,
  kept: readonly string[] = [],
): T {
  const all = object.metadata.managedFields ?? [];
  const isOwn = (entry: ManagedFieldsEntry) => entry.manager === fieldManager;
  const fieldsV1 = kept.reduceRight<object>((fields, name) => ({ [`f:${name}`]: fields }), {});
  const others = kept.length === 0 ? [] : ownersOf(object, kept).filter((entry) => !isOwn(entry));
  const managedFields = [...all.filter(isOwn), ...others.map((entry) => ({ ...entry, fieldsV1 }))];
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function comparable(object: KubeObject): Record<string, unknown> {
  const without = (record: object, names: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !names.has(name)));
  return { ...without(object, NOT_COMPARED), metadata: without(object.metadata, METADATA_NOT_COMPARED) };
}

/** Where we are: a path for people, and what field-facts.ts needs to know. */
interface Place extends FieldPlace {
  readonly path: string;
}

function at(path: string, name: string, parent = ''): Place {
  return { path, name, parent };
}

function inside(place: Place, name: string): Place {
  // Label and annotation names hold dots.
  const step = /^[A-Za-z0-9_-]+$/.test(name) ? `${place.path === '' ? '' : '.'}${name}` : `[${JSON.stringify(name)}]`;
  return at(place.path + step, name, place.name);
}

function compare(place: Place, owned: OwnedNode | undefined, desired: unknown, live: unknown): Difference | undefined {
  const { path } = place;
  if (owned === undefined) return asksNothing(place, desired, live) ? undefined : { path, kind: 'NotOwned' };
  if (isLeaf(owned)) return compareWhole(place, desired, live);
  if (owned.fields.size > 0) return compareFields(place, owned, asRecord(desired), asRecord(live));
  if (owned.members.size > 0) return compareMembers(place, owned, asList(desired), asList(live));
  return compareItems(place, owned, asList(desired), asList(live));
}

function compareFields(
  place: Place,
  owned: OwnedNode,
  desired: Readonly<Record<string, unknown>>,
  live: Readonly<Record<string, unknown>>,
): Difference | undefined {
  for (const [name, value] of Object.entries(desired)) {
    if (value === undefined) continue;
    const found = compare(inside(place, name), owned.fields.get(name), value, field(live, name));
    if (found !== undefined) return found;
  }
  for (const name of owned.fields.keys()) {
    if (field(desired, name) === undefined) return { path: inside(place, name).path, kind: 'Unwanted' };
  }
  return undefined;
}

function compareItems(
  place: Place,
  owned: OwnedNode,
  desired: readonly unknown[],
  live: readonly unknown[],
): Difference | undefined {
  const names = Object.keys(owned.items[0]?.key ?? {});
  const keyOf = (item: unknown) => JSON.stringify(names.map((name) => keyField(item, name)));
  // Others may have put thousands of items beside ours, and to look through all of them for each of ours would take seconds.
  const ownedItems = firstOfEach(owned.items, ({ key }) => keyOf(key));
  const indexes = firstOfEach(live.keys(), (index) => keyOf(live[index]));
  const wanted = new Set<OwnedItem>();
  let lastIndex = -1;
  for (const item of desired) {
    const key = keyOf(item);
    const ours = ownedItems.get(key);
    if (ours === undefined) return { path: itemPath(place, item, owned), kind: 'NotOwned' };
    wanted.add(ours);
    const itemPlace = at(itemPath(place, item, owned), place.name, place.parent);
    const index = indexes.get(key) ?? -1;
    if (index <= lastIndex) return { path: itemPlace.path, kind: 'Missing' };
    lastIndex = index;
    const found = compare(itemPlace, ours.node, item, live[index]);
    if (found !== undefined) return found;
  }
  const unwanted = owned.items.find((item) => !wanted.has(item));
  return unwanted === undefined ? undefined : { path: itemPath(place, unwanted.key, owned), kind: 'Unwanted' };
}

function compareMembers(
  place: Place,
  owned: OwnedNode,
  desired: readonly unknown[],
  live: readonly unknown[],
): Difference | undefined {
  const wanted = new Set(desired.map((member) => JSON.stringify(member)));
  const present = new Set(live.map((member) => JSON.stringify(member)));
  for (const member of wanted) {
    const path = `${place.path}[${member}]`;
    if (!owned.members.has(member)) return { path, kind: 'NotOwned' };
    if (!present.has(member)) return { path, kind: 'Missing' };
  }
  const unwanted = [...owned.members].find((member) => !wanted.has(member));
  return unwanted === undefined ? undefined : { path: `${place.path}[${unwanted}]`, kind: 'Unwanted' };
}

/** Whether applying this value changes nothing, owned or not: an empty list or map that has room for others, or that is one. */
function asksNothing({ name }: FieldPlace, desired: unknown, live: unknown): boolean {
  if (typeof desired !== 'object' || desired === null || !isEmpty(desired)) return false;
  return isEmpty(live) || (Array.isArray(desired) ? isKeyedList(name) : !isAtomicMap(name));
}

/** A field that is owned whole: a plain value, an atomic list or map, or something empty. */
function compareWhole(place: Place, desired: unknown, live: unknown): Difference | undefined {
  const { path, name } = place;
  if (isSame(place, desired, live)) return undefined;
  if (!isEmpty(desired)) return { path, kind: live === undefined ? 'Missing' : 'Changed' };
  // We applied something empty, or want it empty now. What the API server keeps of that depends on the type in Go, but
  // nobody has removed it (we would not own it then): nothing there is right. So is something else that is empty, except
  // that null means no value where zero and false are values.
  if (isEmpty(live) && (desired !== null || typeof live === 'object' || live === undefined)) return undefined;
  if (isDefault(place, desired, live)) return undefined;
  // Where others, or defaults, may have fields and items of their own, something empty leaves those alone.
  if (isRecord(live) && !isAtomicMap(name)) return undefined;
  if (Array.isArray(live) && isKeyedList(name)) return undefined;
  return { path, kind: 'Changed' };
}

/** Whether applying `desired` as one value gives `live`. */
function isSame(place: Place, desired: unknown, live: unknown): boolean {
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return false;
    return desired.every((item, index) => isSame(place, item, live[index]));
  }
  if (isRecord(desired)) return isRecord(live) && isSameRecord(place, desired, live);
  return isQuantity(place) ? isSameQuantity(desired, live) : desired === live;
}

function isSameRecord(place: Place, desired: Record<string, unknown>, live: Record<string, unknown>): boolean {
  const names = new Set([...Object.keys(desired), ...Object.keys(live)]);
  return [...names].every((name) => {
    const there = inside(place, name);
    const [want, have] = [field(desired, name), field(live, name)];
    if (isDropped(there, want)) return isDropped(there, have) || isDefault(there, want, have);
    return have !== undefined && isSame(there, want, have);
  });
}

/**
 * Whether Go leaves this value out inside a value that is owned whole. Zero, false and an empty structure stay there: they
 * are behind pointers (`tolerationSeconds: 0`, `namespaceSelector: {}`) and mean something.
 */
function isDropped({ parent, name }: FieldPlace, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (value === '') return !isStringMap(parent);
  if (Array.isArray(value)) return value.length === 0;
  return isStringMap(name) && isEmpty(value);
}

/** What Go calls a zero value, and JSON may hold or leave out. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.values(value).every((inner) => inner === undefined);
}

/** Whether a list item has these key fields. */
export function hasKey(item: unknown, key: Readonly<Record<string, unknown>>): boolean {
  return isRecord(item) && Object.entries(key).every(([name, value]) => keyField(item, name) === value);
}

function keyField(item: unknown, name: string): unknown {
  return field(asRecord(item), name) ?? keyDefault(name);
}

/** The first thing of each key. */
function firstOfEach<V>(things: Iterable<V>, keyOf: (thing: V) => string): Map<string, V> {
  const first = new Map<string, V>();
  for (const thing of things) {
    const key = keyOf(thing);
    if (!first.has(key)) first.set(key, thing);
  }
  return first;
}

/** `ports[port=80,protocol=TCP]` */
function itemPath(place: Place, item: unknown, owned: OwnedNode): string {
  const names = Object.keys(owned.items[0]?.key ?? {});
  const shown = names.map((name) => `${name}=${String(keyField(item, name))}`);
  return `${place.path}[${shown.join(',')}]`;
}

/** A field of its own, not one that every JavaScript object has: labels may be called `constructor`. */
function field(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
