/** Ports that somebody renumbered by hand: the name is still ours, the number is not. Pure. */

import { CONTAINER_NAME } from '../construct/names.ts';
import { isApplyOf } from '../kube/owned-fields.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/resource.ts';
import { FIELD_MANAGER } from './kinds.ts';

/** Where a kind has its ports: the steps to the list in the FieldsV1 notation, and the field with the number. */
const PLACES: Readonly<Record<string, { readonly steps: readonly string[]; readonly number: string }>> = {
  Service: { steps: ['f:spec', 'f:ports'], number: 'port' },
  Deployment: {
    steps: ['f:spec', 'f:template', 'f:spec', 'f:containers', `k:{"name":"${CONTAINER_NAME}"}`, 'f:ports'],
    number: 'containerPort',
  },
};

/**
 * The managedFields by which the next apply of `desired` takes renumbered ports away; undefined if there are none.
 *
 * To Kubernetes a port with another number is another port, which belongs to whoever edited it. Beside it, ours would have the same name,
 * and is refused. Server-side apply takes away only what its manager alone has applied before: so these ports become just that.
 */
export function claimRenumberedPorts(desired: KubeObject, live: KubeObject): ManagedFieldsEntry[] | undefined {
  const place = PLACES[live.kind];
  if (place === undefined) return undefined;
  const { steps, number } = place;
  const renumbered = renumberedPorts(desired, live);
  if (renumbered.length === 0) return undefined;

  const entries = live.metadata.managedFields ?? [];
  const isOurs = (entry: ManagedFieldsEntry) => isApplyOf(entry, FIELD_MANAGER);
  const claimed = Object.fromEntries(renumbered.map((port) => [itemOf(port, number), { '.': {} }]));
  const left = entries.flatMap((entry) => {
    if (isOurs(entry)) return [];
    const fieldsV1 = without(entry.fieldsV1 as Fields | undefined, steps, new Set(Object.keys(claimed)));
    return fieldsV1 === undefined ? [] : [{ ...entry, fieldsV1 }];
  });
  const ours = entries.find(isOurs) ?? {
    manager: FIELD_MANAGER,
    operation: 'Apply',
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: {},
  };
  return [...left, { ...ours, fieldsV1: withFields(ours.fieldsV1 as Fields, steps, claimed) }];
}

/** A port as an object has it. */
export type Port = Readonly<Record<string, unknown>>;

/** The live ports that have the name of a desired one and another number. */
export function renumberedPorts(desired: KubeObject, live: KubeObject): readonly Port[] {
  const place = PLACES[live.kind];
  if (place === undefined) return [];
  const { steps, number } = place;
  const wanted = portsAt(desired, steps);
  const names = new Set(wanted.map((port) => port.name));
  const items = new Set(wanted.map((port) => itemOf(port, number)));
  return portsAt(live, steps).filter((port) => names.has(port.name) && !items.has(itemOf(port, number)));
}

/** The ports of an object. */
export function portsOf(object: KubeObject): readonly Port[] {
  const place = PLACES[object.kind];
  return place === undefined ? [] : portsAt(object, place.steps);
}

/** The object with other ports in the same place. */
export function withPorts(object: KubeObject, ports: readonly Port[]): KubeObject {
  const place = PLACES[object.kind];
  return place === undefined ? object : (changedAt(object, place.steps, ports) as KubeObject);
}

type Fields = Readonly<Record<string, unknown>>;

/** The name of a port in a set of fields. */
const itemOf = (port: Port, number: string): string =>
  `k:${JSON.stringify({ [number]: port[number], protocol: port.protocol ?? 'TCP' })}`;

/** The ports of an object: `f:` steps name a field, `k:` steps a list item by its name. */
function portsAt(object: KubeObject, steps: readonly string[]): readonly Fields[] {
  let value: unknown = object;
  for (const step of steps) {
    const name = step.slice(2);
    value = step.startsWith('f:')
      ? (value as Fields | undefined)?.[name]
      : (value as readonly Fields[] | undefined)?.find((item) => item.name === (JSON.parse(name) as Fields).name);
  }
  return (value as readonly Fields[] | undefined) ?? [];
}

/** The same value with other ports, so many steps down. */
function changedAt(value: unknown, [step, ...rest]: readonly string[], ports: readonly Port[]): unknown {
  if (step === undefined) return ports;
  const name = step.slice(2);
  if (step.startsWith('f:')) {
    const fields = (value ?? {}) as Fields;
    return { ...fields, [name]: changedAt(fields[name], rest, ports) };
  }
  const isMeant = (item: Fields) => item.name === (JSON.parse(name) as Fields).name;
  return ((value ?? []) as readonly Fields[]).map((item) => (isMeant(item) ? changedAt(item, rest, ports) : item));
}

/** The set of fields without some of those under `steps`; undefined if nothing is left. */
function without(fields: Fields | undefined, steps: readonly string[], keys: ReadonlySet<string>): Fields | undefined {
  if (fields === undefined) return undefined;
  const [step, ...rest] = steps;
  const left = Object.entries(fields).flatMap(([key, child]): [string, unknown][] => {
    if (step === undefined) return keys.has(key) ? [] : [[key, child]];
    if (key !== step) return [[key, child]];
    const remaining = without(child as Fields, rest, keys);
    return remaining === undefined ? [] : [[key, remaining]];
  });
  // An empty set means all of the field, and `.` is the field itself: nobody is to own the list for an item that was taken away.
  return left.every(([key]) => key === '.') ? undefined : Object.fromEntries(left);
}

/** The set of fields with more of them under `steps`. */
function withFields(fields: Fields, [step, ...rest]: readonly string[], more: Fields): Fields {
  if (step === undefined) return { ...fields, ...more };
  return { ...fields, [step]: withFields((fields[step] ?? {}) as Fields, rest, more) };
}
