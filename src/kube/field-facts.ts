/**
 * What the API server makes of an applied value: the few facts about Kubernetes' built-in types that cannot be seen in an
 * object or in its managed fields. test/cluster/difference.test.ts holds them against a real API server.
 */

/** A field, by its name and the name of what it is in. A list's items count as the list itself. */
export interface FieldPlace {
  readonly parent: string;
  readonly name: string;
}

/** The API server allocates or derives a value. */
const ANY = Symbol('any');
type Defaults = readonly (readonly [field: string, ...values: unknown[]])[];

/** What is put where nothing, or `''`, `0` or `[]`, was applied. By `parent.name`, or by name alone. */
const EMPTY_BECOMES: Defaults = [
  ['ports.protocol', 'TCP'],
  ['ports.nodePort', ANY],
  ['ports.targetPort', ANY],
  ['spec.clusterIP', ANY],
  ['spec.clusterIPs', ANY],
  ['spec.ipFamilies', ANY],
  ['spec.healthCheckNodePort', ANY],
  ['spec.type', 'ClusterIP'],
  ['spec.sessionAffinity', 'None'],
  ['spec.externalTrafficPolicy', 'Cluster'],
  ['strategy.type', 'RollingUpdate'],
  ['spec.restartPolicy', 'Always'],
  ['spec.dnsPolicy', 'ClusterFirst'],
  ['spec.schedulerName', 'default-scheduler'],
  ['imagePullPolicy', 'Always', 'IfNotPresent'],
  ['terminationMessagePath', '/dev/termination-log'],
  ['terminationMessagePolicy', 'File'],
  ['httpGet.path', '/'],
  ['httpGet.scheme', 'HTTP'],
  ['periodSeconds', 10],
  ['timeoutSeconds', 1],
  ['successThreshold', 1],
  ['failureThreshold', 3],
  ['fieldRef.apiVersion', 'v1'],
  ['resourceFieldRef.divisor', '0'],
];

/** What is put where nothing, or `null`, was applied, but where `0`, `false` and `''` are values like any other. */
const NULL_BECOMES: Defaults = [
  ['spec.replicas', 1],
  ['spec.revisionHistoryLimit', 10],
  ['spec.progressDeadlineSeconds', 600],
  ['spec.terminationGracePeriodSeconds', 30],
  ['spec.allocateLoadBalancerNodePorts', true],
  ['spec.internalTrafficPolicy', 'Cluster'],
  ['spec.ipFamilyPolicy', ANY],
  ['rollingUpdate.maxSurge', '25%'],
  ['rollingUpdate.maxUnavailable', '25%'],
  ['defaultMode', 420],
  ['serviceAccountToken.expirationSeconds', 3600],
];

const emptyBecomes = new Map(EMPTY_BECOMES.map(([field, ...values]) => [field, values]));
const nullBecomes = new Map(NULL_BECOMES.map(([field, ...values]) => [field, values]));

/** Whether the API server itself puts `value` there when `empty` (or nothing: `undefined`) is applied. */
export function isDefault(place: FieldPlace, empty: unknown, value: unknown): boolean {
  const tables = empty === null || empty === undefined ? [emptyBecomes, nullBecomes] : [emptyBecomes];
  return tables.some((table) => {
    const values = table.get(`${place.parent}.${place.name}`) ?? table.get(place.name) ?? [];
    return values.includes(ANY) || values.includes(value);
  });
}

const QUANTITY_MAPS: ReadonlySet<string> = new Set(['limits', 'requests', 'overhead', 'capacity', 'hard']);
const QUANTITIES: ReadonlySet<string> = new Set(['divisor', 'sizeLimit']);

/** Whether the field holds an amount, which the API server writes in its own way. */
export function isQuantity({ parent, name }: FieldPlace): boolean {
  return QUANTITY_MAPS.has(parent) || QUANTITIES.has(name);
}

/** Lists whose items have keys: other managers may have items in them, so an empty one leaves the others' alone. */
const KEYED_LISTS: ReadonlySet<string> = new Set([
  ...[
    'containers',
    'initContainers',
    'ephemeralContainers',
    'env',
    'ports',
    'volumes',
    'volumeMounts',
    'volumeDevices',
  ],
  ...['imagePullSecrets', 'topologySpreadConstraints', 'hostAliases', 'ownerReferences', 'finalizers', 'claims'],
  ...['resourceClaims', 'schedulingGates', 'evictionResponders'],
]);

export function isKeyedList(name: string): boolean {
  return KEYED_LISTS.has(name);
}

/** Maps that are one value: an empty one replaces what is there. */
const ATOMIC_MAPS: ReadonlySet<string> = new Set(['nodeSelector', 'selector', 'labelSelector', 'namespaceSelector']);

export function isAtomicMap(name: string): boolean {
  return ATOMIC_MAPS.has(name);
}

/** Maps from names to values. Go leaves out an empty one, but not an empty value in one; with structures it is the other way. */
const STRING_MAPS: ReadonlySet<string> = new Set([
  ...['matchLabels', 'labels', 'annotations', 'nodeSelector', 'selector', 'limits', 'requests', 'overhead'],
  ...['data', 'binaryData', 'stringData', 'volumeAttributes', 'userAnnotations', 'options', 'parameters'],
]);

export function isStringMap(name: string): boolean {
  return STRING_MAPS.has(name);
}

/** The value of a key field of a list item that does not set it. */
export function keyDefault(name: string): unknown {
  return name === 'protocol' ? 'TCP' : undefined;
}
