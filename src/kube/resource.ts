/** What every Kubernetes object has in common, and the path at which the API server serves it. */

/** One entry of `metadata.managedFields`: the fields that one manager last set. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  /** `Apply` for server-side apply, `Update` for everything else. */
  readonly operation?: string;
  readonly subresource?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  /** The set of fields in the FieldsV1 notation, see owned-fields.ts. */
  readonly fieldsV1?: unknown;
}

/** A pointer to an object of the same namespace whose deletion takes this object along. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** `metadata`, as far as controllers use it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** Any object of the API; concrete types extend it. Objects that come from a store are shared: nobody changes them. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** One kind of object, and how the API server addresses it. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** `v1`, or `group/version`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The word in the path, such as `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set: it only tells the compiler what objects of this type look like. */
  readonly objectType?: T;
}

/** Names one object of a known type. `namespace` is left out for types that have none. */
export interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What a path points at: one object, or without `name` the collection (of one namespace, or of all). */
export interface PathTarget {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The name under which stores and queues know an object: `namespace/name`, or `name` for types without namespaces. */
export function keyOf(object: { readonly metadata: ObjectName }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The way back from {@link keyOf}. Neither part can hold a slash. */
export function parseKey(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * The path of an object or a collection: `/apis/apps/v1/namespaces/shop/deployments/web`.
 * Every name becomes exactly one segment, whatever it contains.
 *
 * @throws RangeError if one object of a namespaced type is asked for without its namespace, or a name is empty, `.` or `..`
 */
export function resourcePath(type: ResourceType, target: PathTarget): string {
  const { namespace, name, subresource } = target;
  if (type.namespaced && name !== undefined && namespace === undefined) {
    throw new RangeError(`${type.kind} ${name}: expected a namespace, found none; objects of this type live in one`);
  }
  const root = type.apiVersion.includes('/') ? 'apis' : 'api';
  const scope = type.namespaced && namespace !== undefined ? ['namespaces', segment(type, namespace)] : [];
  const object = name === undefined ? [] : [segment(type, name)];
  const part = subresource === undefined ? [] : [segment(type, subresource)];
  return ['', root, type.apiVersion, ...scope, type.plural, ...object, ...part].join('/');
}

function segment(type: ResourceType, text: string): string {
  // URL parsers resolve the two dots even when they are encoded, and would leave the namespace.
  if (text === '' || text === '.' || text === '..') {
    throw new RangeError(`${type.kind}: expected a name, found '${text}'`);
  }
  return encodeURIComponent(text);
}

/** How messages name a target: `Deployment shop/web`, `Deployment shop/web status`, `deployments in shop`, `all deployments`. */
export function describeTarget(type: ResourceType, target: PathTarget): string {
  const { namespace, name, subresource } = target;
  if (name !== undefined) {
    const object = `${type.kind} ${keyOf({ metadata: { namespace, name } })}`;
    return subresource === undefined ? object : `${object} ${subresource}`;
  }
  return namespace === undefined ? `all ${type.plural}` : `${type.plural} in ${namespace}`;
}
