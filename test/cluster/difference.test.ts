/** Whether `needsApply` knows what a real API server does: nothing to do after an apply, one apply after each kind of drift. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { KubeClient } from '../../src/kube/client.ts';
import { type Difference, needsApply } from '../../src/kube/difference.ts';
import { isInvalid } from '../../src/kube/errors.ts';
import { isAtomicMap, isKeyedList, isQuantity, isStringMap } from '../../src/kube/field-facts.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import { isApplyOf } from '../../src/kube/owned-fields.ts';
import type { KubeObject, OwnerReference, ResourceType } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import { isRecord } from '../../src/kube/watch-events.ts';
import { deploymentArbitrary } from '../kube/deployment-arbitrary.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';

const controlPlane = useControlPlane();
const fieldManager = 'difference-test';
const namespace = 'difference';

interface Applicable extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

const deployments: ResourceType<Applicable> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
const services: ResourceType<Applicable> = { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true };

const configMaps: ResourceType = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };

let transport: Transport;
let client: KubeClient;

before(async () => {
  const identity = await loadIdentity({ kubeconfig: controlPlane.kubeconfig, env: {} });
  transport = new Transport({ identity, userAgent: 'difference-test' });
  client = new KubeClient({ transport });
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['create', 'configmap', 'owner', `--namespace=${namespace}`]);
  const found = await client.get(configMaps, { namespace, name: 'owner' });
  assert.ok(found?.metadata.uid);
  owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: found.metadata.uid };
});

after(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  await transport.close();
});

async function kubectl(args: readonly string[], stdin?: string): Promise<void> {
  const result = await controlPlane.kubectl(args, stdin === undefined ? {} : { stdin });
  assert.equal(result.code, 0, `kubectl ${args.join(' ')}: ${result.stderr}`);
}

function apply(type: ResourceType<Applicable>, desired: Applicable): Promise<Applicable> {
  return client.apply(type, desired, { fieldManager, force: true });
}

async function differenceOf(type: ResourceType<Applicable>, desired: Applicable): Promise<Difference | undefined> {
  const live = await client.get(type, desired.metadata);
  assert.ok(live, `${desired.kind} ${desired.metadata.name} is gone`);
  return needsApply({ desired, live, fieldManager });
}

interface DeploymentParts {
  readonly metadata?: object;
  readonly spec?: object;
  readonly podMetadata?: object;
  readonly pod?: object;
  readonly container?: object;
}

/** A Deployment without pods, so that no controller writes to it while a test looks. */
function deployment(name: string, parts: DeploymentParts = {}): Applicable {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, ...parts.metadata },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      ...parts.spec,
      template: {
        metadata: { labels, ...parts.podMetadata },
        spec: { ...parts.pod, containers: [{ name: 'web', image: 'nginx:1.29', ...parts.container }] },
      },
    },
  };
}

function service(name: string, spec: object, metadata: object = {}): Applicable {
  const ports = [{ name: 'http-traffic', port: 80, targetPort: 8080 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, ...metadata },
    spec: { type: 'ClusterIP', selector: { app: name }, ports, ...spec },
  };
}

/** An owner that exists: the garbage collector takes away what belongs to nobody. */
let owner: OwnerReference;

const everything = (name: string) =>
  deployment(name, {
    metadata: {
      labels: { app: 'everything', empty: '', 'example.com/part-of': 'shop' },
      annotations: { 'example.com/note': 'a "quoted" text', empty: '' },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: false }],
    },
    spec: {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '10%' } },
      progressDeadlineSeconds: 120,
      minReadySeconds: 0,
      revisionHistoryLimit: 0,
    },
    podMetadata: { labels: { app: name, tier: 'web' }, annotations: { scrape: 'true' } },
    pod: {
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      hostNetwork: false,
      priorityClassName: '',
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      imagePullSecrets: [{ name: 'first' }, { name: 'second' }],
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['a', 'b'] }],
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      tolerations: [
        { key: 'a', operator: '', effect: 'NoExecute', tolerationSeconds: 0 },
        { operator: 'Exists', value: '' },
      ],
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: {} } },
        { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: [] },
      ],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'host', labelSelector: { matchLabels: { a: '' } }, namespaceSelector: {}, namespaces: [] },
          ],
          preferredDuringSchedulingIgnoredDuringExecution: [],
        },
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'Exists', values: [] }] }],
          },
        },
      },
      initContainers: [{ name: 'init', image: 'busybox:1.37', resources: { limits: { memory: 1048576 } } }],
      volumes: [
        { name: 'scratch', emptyDir: { sizeLimit: '1024Mi', medium: '' } },
        {
          name: 'mixed',
          projected: {
            sources: [
              { serviceAccountToken: { path: 'token' } },
              { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
              { secret: { name: 's', items: [{ key: 'k', path: 'p', mode: 0 }], optional: false } },
            ],
          },
        },
      ],
    },
    container: {
      command: ['sh', '-c'],
      args: [],
      ports: [
        { name: 'dns', containerPort: 53, protocol: 'UDP' },
        { name: 'dns-tcp', containerPort: 53 },
      ],
      env: [
        { name: 'EMPTY', value: '' },
        { name: 'LATER', value: '$(EMPTY)x' },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: false } } },
      ],
      envFrom: [{ prefix: '', configMapRef: { name: 'settings', optional: false } }],
      resources: {
        limits: { cpu: '0.5', memory: '1024Mi', 'ephemeral-storage': '0.1Gi' },
        requests: { cpu: 0.1, memory: '1e6' },
      },
      volumeMounts: [
        { name: 'scratch', mountPath: '/tmp', readOnly: false },
        { name: 'scratch', mountPath: '/var/tmp' },
      ],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: [] } },
      livenessProbe: { httpGet: { port: 8080, path: '', scheme: '' }, periodSeconds: 0, initialDelaySeconds: 0 },
      readinessProbe: { tcpSocket: { port: 'dns-tcp' }, timeoutSeconds: 2 },
      startupProbe: { grpc: { port: 9000, service: '' } },
      lifecycle: { preStop: { sleep: { seconds: 0 } } },
      imagePullPolicy: '',
      terminationMessagePath: '',
    },
  });

describe('needsApply asks for nothing right after an apply', () => {
  const cases: readonly (readonly [string, () => Applicable])[] = [
    ['a minimal Deployment', () => deployment('minimal')],
    ['a Deployment with every setting', () => everything('everything')],
    [
      'empty settings of every sort',
      () =>
        deployment('empties', {
          metadata: { labels: {}, annotations: {}, ownerReferences: [], finalizers: [] },
          spec: { strategy: {}, minReadySeconds: 0 },
          podMetadata: { annotations: {} },
          pod: {
            ...{ nodeSelector: {}, tolerations: [], affinity: {}, topologySpreadConstraints: [], imagePullSecrets: [] },
            ...{
              hostAliases: [],
              securityContext: {},
              volumes: [],
              restartPolicy: '',
              dnsPolicy: '',
              schedulerName: '',
            },
          },
          container: {
            ...{ resources: {}, securityContext: {}, env: [], envFrom: [], ports: [], volumeMounts: [], command: [] },
            ...{ stdin: false, terminationMessagePolicy: '', workingDir: '' },
          },
        }),
    ],
    [
      'settings that are null',
      () =>
        deployment('nulls', {
          spec: { strategy: { type: 'Recreate', rollingUpdate: null }, revisionHistoryLimit: null, paused: null },
          pod: { terminationGracePeriodSeconds: null, nodeSelector: null, volumes: null },
          container: { args: null, env: null, resources: null },
        }),
    ],
    ['a minimal Service', () => service('minimal', {})],
    [
      'a load balancer for TCP and UDP on one port',
      () =>
        service('lb', {
          type: 'LoadBalancer',
          externalTrafficPolicy: 'Local',
          loadBalancerSourceRanges: ['10.0.0.0/8', '192.168.0.0/16'],
          loadBalancerClass: 'example.com/lb',
          sessionAffinity: 'ClientIP',
          ports: [
            { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
            { name: 'dns-tcp', port: 53, targetPort: 'dns-tcp', protocol: 'TCP' },
          ],
        }),
    ],
    [
      'a Service whose settings are left to the server',
      () =>
        service(
          'left',
          {
            ...{
              type: '',
              clusterIP: '',
              sessionAffinity: '',
              ipFamilies: [],
              ipFamilyPolicy: null,
              externalIPs: null,
            },
            ...{ internalTrafficPolicy: null, publishNotReadyAddresses: false },
            ports: [{ port: 80, targetPort: 0, nodePort: 0 }],
          },
          { labels: { a: '' }, annotations: {} },
        ),
    ],
  ];
  for (const [name, make] of cases) {
    test(name, async () => {
      const desired = make();
      const type = desired.kind === 'Deployment' ? deployments : services;
      const applied = await apply(type, desired);
      assert.equal(needsApply({ desired, live: applied, fieldManager }), undefined);
      // Once more, after controllers had their say; and an apply indeed changes nothing.
      assert.equal(await differenceOf(type, desired), undefined);
      const again = await apply(type, desired);
      assert.equal(needsApply({ desired, live: again, fieldManager }), undefined);
      assert.equal(again.metadata.generation, applied.metadata.generation);
    });
  }
});

describe('needsApply sees what others did, and one apply repairs it', () => {
  const merge = (kind: string, name: string, patch: object) => [
    ...['patch', kind, name, `--namespace=${namespace}`, '--type=merge'],
    `--patch=${JSON.stringify(patch)}`,
  ];
  const json = (kind: string, name: string, ...operations: readonly object[]) => [
    ...['patch', kind, name, `--namespace=${namespace}`, '--type=json'],
    `--patch=${JSON.stringify(operations)}`,
  ];
  const container = '/spec/template/spec/containers/0';
  const drift: readonly (readonly [string, (name: string) => string[], Difference])[] = [
    [
      'kubectl scale',
      (name) => ['scale', 'deployment', name, `--namespace=${namespace}`, '--replicas=3'],
      { path: 'spec.replicas', kind: 'NotOwned' },
    ],
    [
      'another image',
      (name) => ['set', 'image', `deployment/${name}`, `--namespace=${namespace}`, 'web=nginx:1'],
      { path: 'spec.template.spec.containers[name=web].image', kind: 'NotOwned' },
    ],
    [
      'a label taken off',
      (name) => ['label', 'deployment', name, `--namespace=${namespace}`, 'app-'],
      { path: 'metadata.labels.app', kind: 'NotOwned' },
    ],
    [
      'an empty label taken off',
      (name) => ['label', 'deployment', name, `--namespace=${namespace}`, 'empty-'],
      { path: 'metadata.labels.empty', kind: 'NotOwned' },
    ],
    [
      'an empty label given a value',
      (name) => ['label', '--overwrite', 'deployment', name, `--namespace=${namespace}`, 'empty=x'],
      { path: 'metadata.labels.empty', kind: 'NotOwned' },
    ],
    [
      'all owner references removed',
      (name) => merge('deployment', name, { metadata: { ownerReferences: null } }),
      { path: 'metadata.ownerReferences', kind: 'NotOwned' },
    ],
    [
      'an owner reference changed',
      (name) =>
        json('deployment', name, { op: 'replace', path: '/metadata/ownerReferences/0/controller', value: false }),
      { path: 'metadata.ownerReferences', kind: 'NotOwned' },
    ],
    [
      'a setting removed whose value is false',
      (name) =>
        json('deployment', name, { op: 'remove', path: `${container}/securityContext/allowPrivilegeEscalation` }),
      {
        path: 'spec.template.spec.containers[name=web].securityContext.allowPrivilegeEscalation',
        kind: 'NotOwned',
      },
    ],
    [
      'a variable given a value that was empty',
      (name) => ['set', 'env', `deployment/${name}`, `--namespace=${namespace}`, 'EMPTY=full'],
      { path: 'spec.template.spec.containers[name=web].env[name=EMPTY].value', kind: 'NotOwned' },
    ],
    [
      'a variable removed',
      (name) => ['set', 'env', `deployment/${name}`, `--namespace=${namespace}`, 'LATER-'],
      { path: 'spec.template.spec.containers[name=web].env[name=LATER]', kind: 'NotOwned' },
    ],
    [
      'a limit changed',
      (name) => ['set', 'resources', `deployment/${name}`, `--namespace=${namespace}`, '--limits=cpu=600m'],
      { path: 'spec.template.spec.containers[name=web].resources.limits.cpu', kind: 'NotOwned' },
    ],
    [
      'a toleration changed within its list',
      (name) => json('deployment', name, { op: 'remove', path: '/spec/template/spec/tolerations/0/tolerationSeconds' }),
      { path: 'spec.template.spec.tolerations', kind: 'NotOwned' },
    ],
    [
      'a selector term changed deep in an affinity',
      (name) =>
        json('deployment', name, {
          op: 'remove',
          path: '/spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/namespaceSelector',
        }),
      {
        path: 'spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution',
        kind: 'NotOwned',
      },
    ],
    [
      'a probe removed',
      (name) => json('deployment', name, { op: 'remove', path: `${container}/livenessProbe` }),
      { path: 'spec.template.spec.containers[name=web].livenessProbe', kind: 'NotOwned' },
    ],
    [
      'a port removed',
      (name) => json('deployment', name, { op: 'remove', path: `${container}/ports/0` }),
      { path: 'spec.template.spec.containers[name=web].ports[containerPort=53,protocol=UDP]', kind: 'NotOwned' },
    ],
    [
      'the strategy changed',
      (name) => merge('deployment', name, { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }),
      { path: 'spec.strategy', kind: 'NotOwned' },
    ],
    [
      'variables in another order',
      (name) => json('deployment', name, { op: 'move', from: `${container}/env/0`, path: `${container}/env/4` }),
      { path: 'spec.template.spec.containers[name=web].env[name=LATER]', kind: 'Missing' },
    ],
    [
      'managed fields thrown away',
      (name) => merge('deployment', name, { metadata: { managedFields: [{}] } }),
      { path: '', kind: 'NotOwned' },
    ],
  ];
  for (const [index, [name, command, expected]] of drift.entries()) {
    test(name, async () => {
      const own = `drift-${index}`;
      const desired = everything(own);
      await apply(deployments, desired);
      await kubectl(command(own));
      const found = await differenceOf(deployments, desired);
      assert.ok(found, 'the drift is not seen');
      // Where a whole structure went, the first of its fields is named.
      assert.ok(found.path.startsWith(expected.path), `${found.path} is not at ${expected.path}`);
      assert.equal(found.kind, expected.kind);
      const repaired = await apply(deployments, desired);
      assert.equal(needsApply({ desired, live: repaired, fieldManager }), undefined);
      assert.equal(await differenceOf(deployments, desired), undefined);
    });
  }

  const serviceDrift: readonly (readonly [string, (name: string) => string[], string])[] = [
    ['a Service of another type', (name) => merge('service', name, { spec: { type: 'NodePort' } }), 'spec.type'],
    [
      'a Service that selects others',
      (name) => merge('service', name, { spec: { selector: { app: 'other' } } }),
      'spec.selector',
    ],
    [
      'a Service whose port leads elsewhere',
      (name) => json('service', name, { op: 'replace', path: '/spec/ports/0/targetPort', value: 1 }),
      'spec.ports[port=80,protocol=TCP].targetPort',
    ],
  ];
  for (const [index, [name, command, path]] of serviceDrift.entries()) {
    test(name, async () => {
      const desired = service(`drift-${index}`, {});
      await apply(services, desired);
      await kubectl(command(desired.metadata.name));
      assert.equal((await differenceOf(services, desired))?.path, path);
      const repaired = await apply(services, desired);
      assert.equal(needsApply({ desired, live: repaired, fieldManager }), undefined);
    });
  }
});

test('a port that others gave another protocol stands in the way of an apply, until the list is set as a whole', async () => {
  const desired = service('blocked', {});
  await apply(services, desired);
  const patch = JSON.stringify([{ op: 'replace', path: '/spec/ports/0/protocol', value: 'UDP' }]);
  await kubectl(['patch', 'service', 'blocked', `--namespace=${namespace}`, '--type=json', `--patch=${patch}`]);
  assert.ok(await differenceOf(services, desired));
  // The other port is another item for server-side apply, and theirs; but it has the name that ours is to have.
  await assert.rejects(apply(services, desired), isInvalid);
  await client.mergePatch(services, desired.metadata, { spec: { ports: desired.spec.ports } }, { fieldManager });
  await apply(services, desired);
  assert.equal(await differenceOf(services, desired), undefined);
});

describe('needsApply leaves alone what others added', () => {
  const additions: readonly (readonly [string, (name: string) => string[]])[] = [
    ['a label', (name) => ['label', 'deployment', name, `--namespace=${namespace}`, 'theirs=1']],
    ['an annotation', (name) => ['annotate', 'deployment', name, `--namespace=${namespace}`, 'theirs=1']],
    ['a variable', (name) => ['set', 'env', `deployment/${name}`, `--namespace=${namespace}`, 'THEIRS=1']],
    ['a rollout restart', (name) => ['rollout', 'restart', `deployment/${name}`, `--namespace=${namespace}`]],
    ['a pause', (name) => ['rollout', 'pause', `deployment/${name}`, `--namespace=${namespace}`]],
  ];
  for (const [index, [name, command]] of additions.entries()) {
    test(name, async () => {
      const desired = everything(`added-${index}`);
      await apply(deployments, desired);
      await kubectl(command(desired.metadata.name));
      assert.equal(await differenceOf(deployments, desired), undefined);
    });
  }
});

describe('needsApply sees what we want otherwise now, and one apply brings it about', () => {
  const web = (changes: object) => deployment('change', { container: changes });
  const changes: readonly (readonly [string, Applicable, Applicable, string])[] = [
    [
      'zero replicas where the default is one',
      deployment('change', { spec: { replicas: 1 } }),
      deployment('change'),
      'spec.replicas',
    ],
    [
      'a toleration that ends at once instead of never',
      deployment('change', { pod: { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] } }),
      deployment('change', {
        pod: { tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 }] },
      }),
      'spec.template.spec.tolerations',
    ],
    [
      'a variable that is now empty',
      web({ env: [{ name: 'A', value: 'x' }] }),
      web({ env: [{ name: 'A', value: '' }] }),
      'spec.template.spec.containers[name=web].env[name=A].value',
    ],
    [
      'a variable that is gone',
      web({
        env: [
          { name: 'A', value: 'x' },
          { name: 'B', value: 'y' },
        ],
      }),
      web({ env: [{ name: 'B', value: 'y' }] }),
      'spec.template.spec.containers[name=web].env[name=A]',
    ],
    [
      'variables in another order',
      web({
        env: [
          { name: 'A', value: 'x' },
          { name: 'B', value: 'y' },
        ],
      }),
      web({
        env: [
          { name: 'B', value: 'y' },
          { name: 'A', value: 'x' },
        ],
      }),
      'spec.template.spec.containers[name=web].env[name=A]',
    ],
    [
      'a port of another protocol',
      web({ ports: [{ name: 'http', containerPort: 80 }] }),
      web({ ports: [{ name: 'http', containerPort: 80, protocol: 'UDP' }] }),
      'spec.template.spec.containers[name=web].ports[containerPort=80,protocol=UDP]',
    ],
    [
      'another sort of probe',
      web({ livenessProbe: { httpGet: { port: 80 } } }),
      web({ livenessProbe: { tcpSocket: { port: 80 } } }),
      'spec.template.spec.containers[name=web].livenessProbe.tcpSocket',
    ],
    [
      'a setting that is gone',
      web({ securityContext: { readOnlyRootFilesystem: true, privileged: false } }),
      web({ securityContext: { privileged: false } }),
      'spec.template.spec.containers[name=web].securityContext.readOnlyRootFilesystem',
    ],
    [
      'a node selector that is now empty',
      deployment('change', { pod: { nodeSelector: { a: 'b' } } }),
      deployment('change', { pod: { nodeSelector: {} } }),
      'spec.template.spec.nodeSelector',
    ],
    [
      'arguments that are now none',
      web({ args: ['-v'] }),
      web({ args: [] }),
      'spec.template.spec.containers[name=web].args',
    ],
    [
      'labels where there were none',
      deployment('change', { metadata: { labels: {} } }),
      deployment('change', { metadata: { labels: { a: '' } } }),
      'metadata.labels',
    ],
    [
      'no labels where there were some',
      deployment('change', { metadata: { labels: { constructor: 'x' } } }),
      deployment('change'),
      'metadata.labels',
    ],
  ];
  for (const [name, first, second, path] of changes) {
    test(name, async () => {
      await apply(deployments, first);
      assert.equal(await differenceOf(deployments, first), undefined);
      assert.equal((await differenceOf(deployments, second))?.path, path);
      await apply(deployments, second);
      assert.equal(await differenceOf(deployments, second), undefined);
    });
  }
});

describe('needsApply and a dry run agree', () => {
  const metadata = { name: 'sampled', namespace };
  const pairs = fc.sample(fc.tuple(deploymentArbitrary(metadata), deploymentArbitrary(metadata), fc.nat()), {
    numRuns: 60,
    seed: 1,
  });
  /** What an apply can change: not what controllers write meanwhile. Empty structures count as nothing. */
  const essence = ({ metadata: { labels, annotations }, spec }: Applicable) =>
    JSON.stringify({ labels, annotations, spec }, (_, value: unknown) =>
      isRecord(value) && Object.keys(value).length === 0 ? undefined : value,
    );
  const ourFields = ({ metadata: { managedFields = [] } }: Applicable) =>
    JSON.stringify(managedFields.filter((entry) => isApplyOf(entry, fieldManager)).map(({ fieldsV1 }) => fieldsV1));

  for (const [index, [first, second, choice]] of pairs.entries()) {
    test(`for sampled change ${index + 1}`, async (t) => {
      const [one, other] = [withoutNull(first), withoutNull(second)];
      const desired = index % 2 === 0 ? mixed(one, other, choice) : other;
      let dryRun: Applicable;
      try {
        await apply(deployments, one);
        dryRun = await client.apply(deployments, desired, { fieldManager, force: true, dryRun: true });
      } catch (error) {
        if (!isInvalid(error)) throw error;
        t.skip('the API server refuses this Deployment');
        return;
      }
      const live = await client.get(deployments, metadata);
      assert.ok(live);
      const found = needsApply({ desired, live, fieldManager });
      if (essence(dryRun) !== essence(live)) assert.ok(found, `not seen: ${essence(live)} becomes ${essence(dryRun)}`);
      else if (ourFields(dryRun) === ourFields(live)) assert.equal(found, undefined);
    });
  }
});

/** The first, but with one setting of its pod as in the second. */
function mixed(one: Applicable, other: Applicable, choice: number): Applicable {
  const podOf = (object: Applicable) => (object.spec.template as { spec: Record<string, unknown> }).spec;
  const [pod, otherPod] = [podOf(one), podOf(other)];
  const names = Object.keys({ ...pod, ...otherPod }).filter((name) => name !== 'volumes');
  const name = names[choice % names.length] ?? 'containers';
  const { [name]: _, ...rest } = pod;
  const template = {
    ...(one.spec.template as object),
    spec: { ...rest, ...(name in otherPod && { [name]: otherPod[name] }) },
  };
  return { ...one, spec: { ...one.spec, template } };
}

/** A copy in which what was null is not there. */
function withoutNull(object: KubeObject): Applicable {
  // Only `null` is taken out, and in these types that is always allowed.
  return JSON.parse(JSON.stringify(object, (_, value: unknown) => value ?? undefined)) as Applicable;
}

describe('the facts about fields agree with the schema that the API server publishes', () => {
  /** Every field reachable from these types, as [owning type, name, schema]. */
  async function fields(): Promise<(readonly [string, string, Record<string, unknown>])[]> {
    const schemas = new Map<string, unknown>();
    for (const path of ['/openapi/v3/apis/apps/v1', '/openapi/v3/api/v1']) {
      const document = await transport.request({ method: 'GET', path, target: path });
      assert.ok(isRecord(document) && isRecord(document.components) && isRecord(document.components.schemas));
      for (const [name, schema] of Object.entries(document.components.schemas)) schemas.set(name, schema);
    }
    const found: (readonly [string, string, Record<string, unknown>])[] = [];
    const seen = new Set<string>();
    const visit = (type: string): void => {
      const schema = schemas.get(type);
      if (seen.has(type) || !isRecord(schema) || !isRecord(schema.properties)) return;
      seen.add(type);
      for (const [name, value] of Object.entries(schema.properties)) {
        assert.ok(isRecord(value));
        const target = reference(value);
        const resolved = target === undefined ? {} : schemas.get(target);
        found.push([type, name, { ...(isRecord(resolved) ? shapeOf(resolved) : {}), ...value, target }]);
        for (const inner of [value, value.items, value.additionalProperties]) {
          const next = isRecord(inner) ? reference(inner) : undefined;
          if (next !== undefined) visit(next);
        }
      }
    };
    visit('io.k8s.api.apps.v1.Deployment');
    visit('io.k8s.api.core.v1.Service');
    assert.ok(found.length > 500, `expected hundreds of fields, found ${found.length}`);
    return found.filter(([type]) => !/(Status|Condition|LoadBalancerIngress)$/.test(type));
  }

  const shapeOf = (schema: Record<string, unknown>) => ({
    'x-kubernetes-map-type': schema['x-kubernetes-map-type'],
  });

  function reference(schema: Record<string, unknown>): string | undefined {
    const inAllOf = Array.isArray(schema.allOf) ? (schema.allOf[0] as Record<string, unknown>) : schema;
    const ref = inAllOf.$ref;
    return typeof ref === 'string' ? ref.slice(ref.lastIndexOf('/') + 1) : undefined;
  }

  test('lists with keys', async () => {
    for (const [type, name, schema] of await fields()) {
      const listType = schema['x-kubernetes-list-type'];
      if (listType === 'map') assert.ok(isKeyedList(name), `${type}.${name} has keys`);
      if (listType === 'atomic') assert.ok(!isKeyedList(name), `${type}.${name} is atomic`);
    }
  });

  test('maps that are atomic, and those that are not', async () => {
    for (const [type, name, schema] of await fields()) {
      const isMap = isRecord(schema.additionalProperties);
      if (isMap && schema['x-kubernetes-map-type'] === 'atomic')
        assert.ok(isAtomicMap(name), `${type}.${name} is atomic`);
      if (isMap && schema['x-kubernetes-map-type'] !== 'atomic')
        assert.ok(!isAtomicMap(name), `${type}.${name} is granular`);
    }
  });

  test('maps from names to values', async () => {
    for (const [type, name, schema] of await fields()) {
      const isMap = isRecord(schema.additionalProperties);
      // A selector is a map in a Service, and elsewhere a structure that is never empty; options are a map or a list.
      const isBoth = name === 'selector' || name === 'options';
      if (isMap || !isBoth) assert.equal(isStringMap(name), isMap, `${type}.${name}`);
    }
  });

  test('quantities', async () => {
    for (const [type, name, schema] of await fields()) {
      const inside = isRecord(schema.additionalProperties) ? reference(schema.additionalProperties) : undefined;
      const parent = type.slice(type.lastIndexOf('.') + 1);
      if (inside?.endsWith('.Quantity')) assert.ok(isQuantity({ parent: name, name: 'cpu' }), `${type}.${name}`);
      if (String(schema.target).endsWith('.Quantity')) assert.ok(isQuantity({ parent, name }), `${type}.${name}`);
    }
  });
});
