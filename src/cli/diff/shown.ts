/** What of an object two states are compared by: what people write, not what the API server keeps for itself. Pure. */

import { isObject } from '../../api/defaults.ts';
import type { KubeObject } from '../../kube/resource.ts';
import { LAST_APPLIED } from './way.ts';

type Fields = Readonly<Record<string, unknown>>;

const KEPT_BY_SERVER = new Set([
  ...['managedFields', 'resourceVersion', 'uid', 'generation', 'selfLink'],
  ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
]);

/** The object as it is shown. */
export function shown({ metadata, ...object }: KubeObject): Fields {
  const { status, ...rest } = object as Fields;
  const { annotations = {}, ownerReferences, ...fields } = metadata;
  const told = Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED);
  return {
    ...rest,
    metadata: {
      ...Object.fromEntries(Object.entries(fields).filter(([name]) => !KEPT_BY_SERVER.has(name))),
      ...(told.length > 0 && { annotations: Object.fromEntries(told) }),
      // Of an owner that is not stored yet, nobody knows the uid.
      ...(ownerReferences && { ownerReferences: ownerReferences.map(({ uid, ...owner }) => owner) }),
    },
  };
}

/** What Kubernetes gives to a Service by its own choice: another dry run would tell other ones. */
const GIVEN = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'];

/** The Service that a dry run shows, without addresses and node ports that would be given only when it is done. */
export function withoutGiven(after: KubeObject, before: KubeObject | undefined, asked: readonly number[]): KubeObject {
  const spec = specOf(after);
  const had = specOf(before);
  if (after.kind !== 'Service' || spec === undefined) return after;
  const known = new Set([...nodePortsIn(had), ...asked]);
  const fields = Object.entries(spec).filter(([name]) => !GIVEN.includes(name) || had?.[name] !== undefined);
  const ports = portsIn(spec).map((port) => {
    const { nodePort, ...rest } = port;
    return typeof nodePort === 'number' && !known.has(nodePort) ? rest : port;
  });
  return { ...after, spec: { ...Object.fromEntries(fields), ports } } as KubeObject;
}

function specOf(object: KubeObject | undefined): Fields | undefined {
  const { spec } = (object ?? {}) as { readonly spec?: unknown };
  return isObject(spec) ? spec : undefined;
}

function portsIn(spec: Fields | undefined): Fields[] {
  return Array.isArray(spec?.ports) ? spec.ports.filter(isObject) : [];
}

function nodePortsIn(spec: Fields | undefined): number[] {
  return portsIn(spec).flatMap(({ nodePort }) => (typeof nodePort === 'number' ? [nodePort] : []));
}
