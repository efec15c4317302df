/** What the API server would write into managedFields for an applied Deployment: the FieldsV1 notation, by the schema's rules. */
import type { KubeObject } from '../../src/kube/resource.ts';
import { isRecord } from '../../src/kube/watch-events.ts';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  ...{ containers: ['name'], env: ['name'], volumes: ['name'], imagePullSecrets: ['name'], hostAliases: ['ip'] },
  ...{ ports: ['containerPort', 'protocol'], volumeMounts: ['mountPath'], ownerReferences: ['uid'] },
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};
const ATOMIC: ReadonlySet<string> = new Set([
  ...['nodeSelector', 'selector', 'labelSelector', 'fieldRef', 'resourceFieldRef', 'secretKeyRef'],
  'requiredDuringSchedulingIgnoredDuringExecution',
]);
const ATOMIC_ITEMS: ReadonlySet<string> = new Set(['imagePullSecrets', 'ownerReferences']);

/** The fields of a value that is called `name`; undefined if nothing in it can be owned. */
export function fieldsOf(name: string, value: unknown): Record<string, unknown> | undefined {
  if (value === undefined) return undefined;
  const keys = KEYS[name];
  if (Array.isArray(value) && keys !== undefined) {
    const items = value.filter(isRecord).map((item) => {
      const key = keys.map((part) => [part, item[part] ?? 'TCP'] as const);
      const fields = ATOMIC_ITEMS.has(name) ? {} : { '.': {}, ...fieldsOf('', item) };
      return [`k:${JSON.stringify(Object.fromEntries(key))}`, fields] as const;
    });
    return items.length === 0 ? undefined : Object.fromEntries(items);
  }
  if (!isRecord(value) || ATOMIC.has(name)) return {};
  const fields = Object.entries(value).map(([field, inner]) => [`f:${field}`, fieldsOf(field, inner)] as const);
  return Object.fromEntries(fields.filter(([, inner]) => inner !== undefined));
}

/** The object as if this manager had applied it and the API server had changed nothing. */
export function applied<T extends KubeObject & { spec: object }>(object: T, manager: string): T {
  const { labels, annotations, ownerReferences } = object.metadata;
  const metadata = fieldsOf('metadata', { labels, annotations, ownerReferences });
  const fieldsV1 = {
    ...(Object.keys(metadata ?? {}).length > 0 && { 'f:metadata': metadata }),
    'f:spec': fieldsOf('spec', object.spec),
  };
  const entry = { manager, operation: 'Apply', apiVersion: object.apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
  return { ...object, metadata: { ...object.metadata, managedFields: [entry] } };
}
