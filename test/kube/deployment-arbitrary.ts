/** Deployments of every sort, with an eye to what is empty, null, zero, in another order, or defaulted by the API server. */
import fc from 'fast-check';
import type { KubeObject } from '../../src/kube/resource.ts';

/** Picks some of these settings, each with one of its values. */
function some(settings: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(settings).map(([name, choices]) => [name, fc.constantFrom(...choices)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: [] });
}

/** Picks some of these items, in any order. */
function someOf(...items: readonly (readonly object[])[]): fc.Arbitrary<object[] | null> {
  const order = fc.shuffledSubarray(items.map((_, index) => index));
  const choice = fc.array(fc.nat(), { minLength: items.length, maxLength: items.length });
  const list = fc.tuple(order, choice).map(([indexes, choices]) =>
    indexes.map((index) => {
      const variants = items[index] ?? [];
      return variants[(choices[index] ?? 0) % variants.length] ?? {};
    }),
  );
  return fc.option(list, { freq: 9, nil: null });
}

const probes = [
  { httpGet: { port: 80 } },
  { httpGet: { port: 80, path: '', scheme: '', httpHeaders: [] } },
  { httpGet: { port: 'http', path: '/health', httpHeaders: [{ name: 'a', value: '' }] }, periodSeconds: 0 },
  { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 0, initialDelaySeconds: 0 },
  { grpc: { port: 80, service: '' }, timeoutSeconds: 5 },
  { exec: { command: ['true'] }, initialDelaySeconds: 3 },
];

const container = fc
  .tuple(
    some({
      image: ['nginx', 'nginx:1.29', 'tomcat:8.0.18-jre8'],
      command: [[], ['sh'], ['sh', '-c'], null],
      args: [[], ['a', ''], null],
      workingDir: ['', '/srv'],
      imagePullPolicy: ['', 'Always', 'IfNotPresent', 'Never'],
      terminationMessagePath: ['', '/dev/termination-log', '/tmp/log'],
      stdin: [true, false],
      livenessProbe: probes,
      startupProbe: probes,
      resources: [
        {},
        null,
        { limits: {} },
        { limits: { cpu: '0.5', memory: '1024Mi' } },
        { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: 0 } },
        { limits: { cpu: 1, 'ephemeral-storage': '1e9' }, requests: { cpu: '1000m' } },
      ],
      securityContext: [
        {},
        null,
        { allowPrivilegeEscalation: false },
        {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'], add: [] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
        { runAsNonRoot: false, runAsUser: 0, capabilities: {} },
      ],
      lifecycle: [{}, { preStop: { sleep: { seconds: 0 } } }, { preStop: { sleep: { seconds: 5 } } }, null],
      envFrom: [
        [],
        [{ configMapRef: { name: 'c' } }],
        [{ prefix: '', secretRef: { name: 's', optional: false } }],
        null,
      ],
    }),
    fc.record(
      {
        env: someOf(
          [{ name: 'A' }, { name: 'A', value: '' }, { name: 'A', value: 'x' }],
          [
            { name: 'B', value: '$(A)' },
            { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          [
            { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } },
            { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1000m' } } },
            { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
            { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: false } } },
            { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
          ],
        ),
        ports: someOf(
          [
            { containerPort: 80 },
            { containerPort: 80, protocol: 'TCP' },
            { containerPort: 80, name: 'http', hostPort: 0 },
          ],
          [
            { containerPort: 80, protocol: 'UDP' },
            { containerPort: 80, protocol: 'UDP', name: 'dns' },
          ],
          [{ containerPort: 443 }],
        ),
        volumeMounts: someOf(
          [
            { name: 'v', mountPath: '/a' },
            { name: 'v', mountPath: '/a', readOnly: false },
          ],
          [
            { name: 'v', mountPath: '/b', subPath: '' },
            { name: 'v', mountPath: '/b', readOnly: true },
          ],
        ),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([plain, lists]) => ({ name: 'web', image: 'nginx', ...plain, ...lists }));

const term = { topologyKey: 'host', labelSelector: { matchLabels: { app: 'fuzz' } } };
const pod = fc
  .tuple(
    some({
      nodeSelector: [{}, { os: 'linux' }, { os: '' }, null],
      tolerations: [
        [],
        [{ operator: 'Exists' }],
        [{ key: 'a', operator: '', effect: 'NoExecute' }],
        [{ key: 'a', effect: 'NoExecute', tolerationSeconds: 0 }],
        [{ key: 'a', operator: 'Equal', value: '', effect: 'NoExecute' }],
        null,
      ],
      affinity: [
        {},
        null,
        { podAntiAffinity: {} },
        { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
        { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, namespaceSelector: {} }] } },
        {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, namespaces: [], labelSelector: {} }],
          },
        },
        {
          podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] },
        },
        { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } },
        {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists', values: [] }] }],
            },
          },
        },
      ],
      topologySpreadConstraints: [
        [],
        [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' }],
        [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {}, matchLabelKeys: [] }],
      ],
      securityContext: [
        {},
        null,
        { seccompProfile: { type: 'RuntimeDefault' } },
        { runAsNonRoot: true, supplementalGroups: [] },
      ],
      terminationGracePeriodSeconds: [0, 30, 60, null],
      automountServiceAccountToken: [true, false, null],
      hostNetwork: [false],
      restartPolicy: ['', 'Always'],
      dnsPolicy: ['', 'ClusterFirst', 'Default'],
      schedulerName: ['', 'other'],
      priorityClassName: [''],
      imagePullSecrets: [[], [{ name: 'a' }], [{ name: 'b' }, { name: 'a' }], null],
      hostAliases: [[], [{ ip: '10.0.0.1', hostnames: ['a'] }], [{ ip: '10.0.0.1', hostnames: ['a', 'b'] }]],
    }),
    fc.constantFrom(
      { emptyDir: {} },
      { emptyDir: { medium: '', sizeLimit: '1024Mi' } },
      { emptyDir: { sizeLimit: '1Gi' } },
      { configMap: { name: 'c', optional: false, defaultMode: 420 } },
      { configMap: { name: 'c', items: [] } },
      { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      { projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] } },
      { projected: { sources: [{ secret: { name: 's', items: [{ key: 'k', path: 'p', mode: 0 }] } }] } },
      { projected: { sources: [{ secret: { name: 's', items: [{ key: 'k', path: 'p' }] } }], defaultMode: 256 } },
    ),
  )
  .map(([settings, volume]) => ({ ...settings, volumes: [{ name: 'v', ...volume }] }));

const spec = some({
  replicas: [0, 0, 1, null],
  minReadySeconds: [0, 5, null],
  revisionHistoryLimit: [0, 10, null],
  progressDeadlineSeconds: [600, 60, null],
  strategy: [
    {},
    { type: '' },
    { type: 'Recreate', rollingUpdate: null },
    { type: 'RollingUpdate' },
    { type: 'RollingUpdate', rollingUpdate: {} },
    { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    { rollingUpdate: { maxSurge: '25%' } },
    null,
  ],
});

const names: Record<string, readonly unknown[]> = {
  labels: [{}, { a: '' }, { a: 'x', constructor: 'y' }, null],
  annotations: [{}, { 'b.example/c': '' }, null],
};

/** Deployments of one name and namespace. They are paused, so that no controller makes anything of them. */
export function deploymentArbitrary(metadata: {
  name: string;
  namespace: string;
}): fc.Arbitrary<KubeObject & { spec: object }> {
  const labels = { app: 'fuzz' };
  return fc
    .tuple(some(names), spec, some({ annotations: names.annotations ?? [] }), pod, container)
    .map(([names, settings, podNames, podSpec, web]) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, ...names },
      spec: {
        ...settings,
        paused: true,
        selector: { matchLabels: labels },
        template: { metadata: { ...podNames, labels }, spec: { ...podSpec, containers: [web] } },
      },
    }));
}
