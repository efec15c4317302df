/** The ElasticWebs that the tests start from, and how a test makes another one of them. */

import { API_VERSION, KIND } from '../../src/api/resource.ts';

/** A value of JSON; unlike in src/api, one that a test may take apart. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** The least that an ElasticWeb needs, with these fields of spec and metadata besides. */
export function elasticWeb(spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'shop', namespace: 'default', ...metadata },
    spec: { image: 'nginx:1.29', port: 80, podPort: 8080, singlePodQPS: 500, ...spec },
  };
}

const labelSelector = {
  matchLabels: { tier: 'web' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'api'] }],
};
const podAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: [
    {
      labelSelector,
      namespaceSelector: {},
      namespaces: ['shop'],
      matchLabelKeys: ['pod-template-hash'],
      mismatchLabelKeys: ['tenant'],
      topologyKey: 'kubernetes.io/hostname',
    },
  ],
  preferredDuringSchedulingIgnoredDuringExecution: [
    { weight: 50, podAffinityTerm: { labelSelector, topologyKey: 'topology.kubernetes.io/zone' } },
  ],
};
const timings = {
  initialDelaySeconds: 5,
  periodSeconds: 10,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 3,
};

/** An ElasticWeb with every field of spec, all of them valid. */
const everything = elasticWeb(
  {
    image:
      'registry.example.com:5000/team/shop@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    targetPort: 'http',
    nodePort: 30_004,
    protocol: 'TCP',
    name: 'http',
    mtargetPort: 8090,
    serviceType: 'LoadBalancer',
    service: {
      annotations: { 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type': 'internet' },
      loadBalancerClass: 'example.com/internal',
      loadBalancerSourceRanges: ['10.0.0.0/8', '2001:db8::/32'],
      externalTrafficPolicy: 'Local',
      sessionAffinity: 'ClientIP',
    },
    resources: { limits: { cpu: 1, memory: '500Mi' }, requests: { cpu: '0.5', memory: '1e8' } },
    totalQPS: 700,
    replicas: 3,
    autoscaling: {
      mode: 'Observe',
      minReplicas: 2,
      maxReplicas: 20,
      metric: {
        type: 'External',
        name: 'nginx_ingress_controller_requests',
        matchLabels: { ingress: 'shop', status: '2.. "quoted" \\ line\nbreak' },
      },
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 400, periodSeconds: 15 }],
          tolerance: 0,
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          selectPolicy: 'Min',
          policies: [
            { type: 'Pods', value: 2, periodSeconds: 60 },
            { type: 'Percent', value: 10, periodSeconds: 60 },
          ],
          tolerance: '50m',
        },
      },
      fallback: { staleAfterSeconds: 300, replicas: 5, allowScaleDown: false },
      saturation: true,
    },
    suspend: false,
    podSecurity: 'Restricted',
    command: ['/bin/sh', '-c'],
    args: ['exec web "$(PORT)"'],
    env: [
      { name: 'PORT', value: '8080' },
      { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'shop', key: 'colour', optional: true } } },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'shop', key: 'password', optional: false } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
      {
        name: 'CPUS',
        valueFrom: { resourceFieldRef: { containerName: 'web', resource: 'limits.cpu', divisor: '1m' } },
      },
    ],
    envFrom: [
      { prefix: 'SHOP_', configMapRef: { name: 'shop', optional: true } },
      { secretRef: { name: 'shop', optional: true } },
    ],
    readinessProbe: {
      ...timings,
      httpGet: {
        path: '/ready',
        port: 'http',
        scheme: 'HTTP',
        httpHeaders: [{ name: 'Accept', value: 'application/json' }],
      },
    },
    livenessProbe: { ...timings, tcpSocket: { port: 8080 }, terminationGracePeriodSeconds: 5 },
    startupProbe: { ...timings, exec: { command: ['/bin/true'] } },
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }],
    terminationGracePeriodSeconds: 45,
    preStopSleepSeconds: 10,
    podAnnotations: { 'example.com/team': 'shop' },
    podLabels: { tier: 'web' },
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [
      { key: 'dedicated', operator: 'Equal', value: 'web', effect: 'NoExecute', tolerationSeconds: 60 },
      { operator: 'Exists' },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] }],
              matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['old'] }],
            },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'spot', operator: 'DoesNotExist' }] } },
        ],
      },
      podAffinity,
      podAntiAffinity: podAffinity,
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        minDomains: 2,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector,
        matchLabelKeys: ['pod-template-hash'],
        nodeAffinityPolicy: 'Honor',
        nodeTaintsPolicy: 'Ignore',
      },
    ],
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
    progressDeadlineSeconds: 300,
  },
  { labels: { team: 'shop' }, annotations: { 'example.com/owner': 'Ümlaut ☃' } },
);

/** The same without parts that are one object in two places: structuredClone would keep them one. */
export const EVERYTHING = JSON.parse(JSON.stringify(everything)) as JsonObject;

/** A place in an object: `spec.env[0].name` as `['spec', 'env', 0, 'name']`. */
export type Place = readonly (string | number)[];

/** `spec.env[0].name` taken apart. */
export function placeOf(path: string): Place {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
}

/** A copy of the object with this value at the place; undefined takes away what is there. Makes no parents. */
export function withValue(object: JsonObject, place: Place, value: Json | undefined): JsonObject {
  const copy = structuredClone(object);
  const key = place.at(-1);
  const parent = valueAt(copy, place.slice(0, -1));
  if (Array.isArray(parent) && typeof key === 'number') {
    if (value === undefined) parent.splice(key, 1);
    else parent[key] = value;
  } else if (isObject(parent) && typeof key === 'string') {
    // Plain assignment of __proto__ would set the prototype.
    if (value === undefined) Reflect.deleteProperty(parent, key);
    else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    throw new Error(`there is nothing in which ${JSON.stringify(place)} could be`);
  }
  return copy;
}

/** The value at the place, undefined if there is none. */
export function valueAt(object: Json, place: Place): Json | undefined {
  return place.reduce<Json | undefined>((value, key) => {
    if (Array.isArray(value) && typeof key === 'number') return value[key];
    return isObject(value) && typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
  }, object);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The places of all values in the object, its own first. */
export function placesIn(value: Json, place: Place = []): Place[] {
  const children: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  return [place, ...children.flatMap(([key, child]) => placesIn(child, [...place, key]))];
}

/** Freezes the value with all that it holds: whoever writes into it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
