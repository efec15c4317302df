/** What is installed in a cluster: the CRD, the rights of the syncer and no more, and a syncer that runs anywhere. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElasticWebCrd } from '../../src/construct/crd.ts';
import { ElasticWebInstall } from '../../src/construct/install.ts';
import { InvalidPropsError } from '../../src/construct/invalid-props.ts';
import type { Manifest } from '../../src/construct/manifest.ts';
import { deepFreeze } from '../api/objects.ts';
import { asYaml, charted, type RenderedDeployment } from './rendered.ts';

const installed = (props: object = {}, namespace?: string) =>
  charted((scope) => new ElasticWebInstall(scope, 'elasticweb', props), namespace === undefined ? {} : { namespace });

/** The one manifest of that kind and, where there are more, that name. */
function find(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  assert.equal(found.length, 1, `${kind} ${name ?? ''}`);
  const [manifest] = found;
  assert.ok(manifest);
  return manifest;
}

const syncerOf = (manifests: readonly Manifest[]) => find(manifests, 'Deployment') as RenderedDeployment;
const podOf = (props: object = {}) => syncerOf(installed(props)).spec.template.spec;
const argsOf = (props: object) => podOf(props).containers[0].args;

test('everything there is, in the order in which it can be applied', () => {
  assert.deepEqual(
    installed().map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`),
    [
      'Namespace -/elasticweb-system',
      'CustomResourceDefinition -/elasticwebs.elasticweb.example.com',
      'ServiceAccount elasticweb-system/elasticweb-syncer',
      'ClusterRole -/elasticweb-syncer',
      'ClusterRoleBinding -/elasticweb-syncer',
      'Role elasticweb-system/elasticweb-syncer-lease',
      'RoleBinding elasticweb-system/elasticweb-syncer-lease',
      'ClusterRole -/elasticweb-view',
      'ClusterRole -/elasticweb-edit',
      'NetworkPolicy elasticweb-system/elasticweb-syncer',
      'PodDisruptionBudget elasticweb-system/elasticweb-syncer',
      'Deployment elasticweb-system/elasticweb-syncer',
    ],
  );
});

test('another namespace moves all that is in one, and the binding with it', () => {
  const manifests = installed({ namespace: 'ops' });
  assert.equal(find(manifests, 'Namespace').metadata.name, 'ops');
  assert.equal(find(manifests, 'ServiceAccount').metadata.namespace, 'ops');
  assert.equal(syncerOf(manifests).metadata.namespace, 'ops');
  assert.deepEqual(find(manifests, 'ClusterRoleBinding').subjects, [
    { kind: 'ServiceAccount', name: 'elasticweb-syncer', namespace: 'ops' },
  ]);
});

test('another namespace moves the right to the Lease, too', () => {
  const manifests = installed({ namespace: 'ops' });
  assert.equal(find(manifests, 'Role').metadata.namespace, 'ops');
  assert.partialDeepStrictEqual(find(manifests, 'RoleBinding'), {
    metadata: { namespace: 'ops' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'elasticweb-syncer-lease' },
    subjects: [{ kind: 'ServiceAccount', name: 'elasticweb-syncer', namespace: 'ops' }],
  });
});

test('two installations with names of their own share nothing but the CRD and the roles for people, which one can leave to the other', () => {
  const namesOf = (props: object) => installed(props).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const shared = new Set(namesOf({ name: 'shard-a', namespace: 'a' }));
  const sharedWith = (props: object) =>
    namesOf({ name: 'shard-b', namespace: 'b', ...props }).filter((name) => shared.has(name));
  assert.deepEqual(sharedWith({}), [
    'CustomResourceDefinition elasticwebs.elasticweb.example.com',
    'ClusterRole elasticweb-view',
    'ClusterRole elasticweb-edit',
  ]);
  assert.deepEqual(sharedWith({ createCrd: false }), []);
  assert.ok((argsOf({ name: 'shard-a' }) as string[]).includes('--lease-name=shard-a'));
});

test('the namespace of the chart is not given to what belongs to the whole cluster', () => {
  assert.equal(asYaml(installed({}, 'dev')), asYaml(installed()));
});

test('a namespace that is there already is not made', () => {
  assert.deepEqual(
    installed({ createNamespace: false }).filter(({ kind }) => kind === 'Namespace'),
    [],
  );
});

test('pruning and uninstalling keep the CRD and the namespace, without which every app would be gone', () => {
  const keep = {
    'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    'helm.sh/resource-policy': 'keep',
    'kustomize.toolkit.fluxcd.io/prune': 'disabled',
  };
  const manifests = [...installed(), ...charted((scope) => new ElasticWebCrd(scope, 'crd'))];
  const kept = manifests.filter(({ kind }) => kind === 'CustomResourceDefinition' || kind === 'Namespace');
  assert.equal(kept.length, 3);
  for (const { metadata } of kept) assert.deepEqual(metadata.annotations, keep);
  for (const { kind, metadata } of manifests) {
    if (!kept.some((one) => one.kind === kind)) assert.equal(metadata.annotations, undefined, kind);
  }
});

test('the CRD alone is the CRD of the installation', () => {
  assert.deepEqual(
    charted((scope) => new ElasticWebCrd(scope, 'crd')),
    [find(installed(), 'CustomResourceDefinition')],
  );
});

interface Crd extends Manifest {
  readonly spec: {
    readonly names: Readonly<Record<string, unknown>>;
    readonly scope: string;
    readonly versions: readonly [
      {
        readonly name: string;
        readonly subresources: unknown;
        readonly additionalPrinterColumns: readonly {
          readonly name: string;
          readonly jsonPath: string;
          readonly priority?: number;
        }[];
      },
    ];
  };
}
const crd = find(installed(), 'CustomResourceDefinition') as Crd;

test('the CRD has the names, subresources and columns of design.md', () => {
  assert.deepEqual(crd.spec.names, {
    kind: 'ElasticWeb',
    listKind: 'ElasticWebList',
    plural: 'elasticwebs',
    singular: 'elasticweb',
    shortNames: ['ew'],
  });
  assert.equal(crd.spec.scope, 'Namespaced');
  assert.equal(crd.spec.versions.length, 1);
  const [version] = crd.spec.versions;
  assert.equal(version.name, 'v1');
  assert.deepEqual(version.subresources, {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  });
  assert.deepEqual(
    version.additionalPrinterColumns.map(({ name, jsonPath, priority }) =>
      [name, jsonPath, ...(priority === undefined ? [] : ['wide'])].join(' '),
    ),
    [
      'READY .status.conditions[?(@.type=="Ready")].status',
      'REASON .status.conditions[?(@.type=="Ready")].reason',
      'DESIRED .status.desiredReplicas',
      'REPLICAS .status.replicas',
      'REALQPS .status.realQPS',
      'TYPE .spec.serviceType',
      'AGE .metadata.creationTimestamp',
      'QPS .status.observedQPS wide',
      'RECOMMENDED .status.recommendedReplicas wide',
      'SCALING .status.conditions[?(@.type=="ScalingActive")].reason wide',
      'IMAGE .spec.image wide',
    ],
  );
});

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
const rulesOf = (name: string) => find(installed(), 'ClusterRole', name).rules as readonly Rule[];
/** A role as lines `group/resource: verbs`. */
const rightsOf = (name: string) =>
  rulesOf(name).map(({ apiGroups, resources, verbs }) => `${apiGroups.join()}/${resources.join()}: ${verbs.join()}`);

test('the syncer may read ElasticWebs and write their status, apply Deployments and Services, and tell; that is all', () => {
  assert.deepEqual(rightsOf('elasticweb-syncer'), [
    'elasticweb.example.com/elasticwebs: get,list,watch',
    'elasticweb.example.com/elasticwebs/status: patch',
    'apps/deployments: get,list,watch,create,patch',
    '/services: get,list,watch,create,patch',
    'events.k8s.io/events: create,patch',
  ]);
});

test('of all Leases the syncer may touch only its own', () => {
  assert.deepEqual(find(installed(), 'Role').rules, [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      ...{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'patch'] },
      resourceNames: ['elasticweb-syncer'],
    },
  ]);
});

test('no role holds a wildcard, touches secrets, pods or roles, or lets the syncer delete', () => {
  for (const name of ['elasticweb-syncer', 'elasticweb-view', 'elasticweb-edit']) {
    for (const { apiGroups, resources, verbs } of rulesOf(name)) {
      const words = [...apiGroups, ...resources, ...verbs];
      assert.ok(!words.some((word) => word.includes('*')), name);
      assert.ok(!words.some((word) => /secret|^pods|role|impersonate|escalate|^bind/.test(word)), name);
      if (name === 'elasticweb-syncer') assert.ok(!verbs.some((verb) => /delete|update/.test(verb)));
    }
  }
});

test('whoever may view or edit a namespace may view or edit ElasticWebs there, and nobody may write their status', () => {
  assert.deepEqual(rightsOf('elasticweb-view'), [
    'elasticweb.example.com/elasticwebs: get,list,watch',
    'elasticweb.example.com/elasticwebs/status: get',
  ]);
  assert.deepEqual(rightsOf('elasticweb-edit'), [
    'elasticweb.example.com/elasticwebs: create,update,patch,delete,deletecollection',
    'elasticweb.example.com/elasticwebs/scale: get,update,patch',
  ]);
  const aggregatedTo = (name: string) =>
    Object.keys(find(installed(), 'ClusterRole', name).metadata.labels ?? {}).sort();
  const aggregate = (role: string) => `rbac.authorization.k8s.io/aggregate-to-${role}`;
  assert.deepEqual(aggregatedTo('elasticweb-view'), ['admin', 'edit', 'view'].map(aggregate));
  assert.deepEqual(aggregatedTo('elasticweb-edit'), ['admin', 'edit'].map(aggregate));
  assert.deepEqual(aggregatedTo('elasticweb-syncer'), []);
});

test('with namespaces to watch, the syncer has the same rights in each of them, and none in the whole cluster', () => {
  const manifests = installed({ watchNamespaces: ['dev', 'prod'] });

  const ofSyncer = manifests.filter(({ metadata }) => metadata.name === 'elasticweb-syncer');
  assert.deepEqual(
    ofSyncer
      .filter(({ kind }) => kind.includes('Role'))
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}`),
    ['Role dev', 'RoleBinding dev', 'Role prod', 'RoleBinding prod'],
  );
  for (const { kind, rules, roleRef, subjects } of ofSyncer) {
    if (kind === 'Role') assert.deepEqual(rules, rulesOf('elasticweb-syncer'));
    if (kind !== 'RoleBinding') continue;
    assert.deepEqual(roleRef, { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'elasticweb-syncer' });
    assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: 'elasticweb-syncer', namespace: 'elasticweb-system' }]);
  }
});

test('the rights that OpenShift demands for owner references are there only when they are asked for', () => {
  const rules = find(
    installed({ ownerReferencesPermissionEnforcement: true }),
    'ClusterRole',
    'elasticweb-syncer',
  ).rules;
  assert.deepEqual(rules, [
    ...rulesOf('elasticweb-syncer'),
    { apiGroups: ['elasticweb.example.com'], resources: ['elasticwebs/finalizers'], verbs: ['update'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['delete'] },
    { apiGroups: [''], resources: ['services'], verbs: ['delete'] },
  ]);
});

test('a node can always be drained, of one syncer after the other', () => {
  assert.partialDeepStrictEqual(find(installed(), 'PodDisruptionBudget').spec, {
    maxUnavailable: 1,
    selector: { matchLabels: syncerOf(installed()).spec.selector.matchLabels },
  });
});

interface NetworkPolicySpec {
  readonly podSelector: unknown;
  readonly policyTypes: unknown;
  readonly ingress: unknown;
  readonly egress: readonly [{ readonly ports: unknown }, { readonly ports: readonly { readonly port: number }[] }];
}
const namedNamespaces = (...values: readonly string[]) => ({
  namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] },
});
const networkPolicyOf = (props: object) => find(installed(props), 'NetworkPolicy').spec as NetworkPolicySpec;
const egressOf = (props: object) => networkPolicyOf(props).egress[1].ports.map(({ port }) => port);

test('nothing gets into the syncers but metrics and probes, and nothing out but names, the API server and Prometheus', () => {
  const spec = networkPolicyOf({});
  assert.deepEqual(spec.podSelector, { matchLabels: syncerOf(installed()).spec.selector.matchLabels });
  assert.deepEqual(spec.policyTypes, ['Ingress', 'Egress']);
  assert.deepEqual(spec.ingress, [
    {
      from: [
        namedNamespaces('monitoring'),
        { podSelector: {} },
        { namespaceSelector: { matchLabels: { metrics: 'enabled' } } },
      ],
      ports: [{ protocol: 'TCP', port: 'http' }],
    },
  ]);
  assert.equal(spec.egress.length, 2);
  assert.deepEqual(spec.egress[0].ports, [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
    // Where OpenShift's pods for names listen, behind the 53 of their Service.
    { protocol: 'UDP', port: 5353 },
    { protocol: 'TCP', port: 5353 },
  ]);
});

test('metrics are for the pods of some namespaces alone, where these are named, and for all where that is said', () => {
  const ports = [{ protocol: 'TCP', port: 'http' }];
  assert.deepEqual(networkPolicyOf({ metricsFrom: ['shop', 'o11y', 'shop'] }).ingress, [
    { from: [namedNamespaces('shop', 'o11y')], ports },
  ]);
  assert.deepEqual(networkPolicyOf({ metricsFrom: 'Anywhere' }).ingress, [{ ports }]);
});

for (const [url, ...namespaces] of [
  ['http://prometheus.o11y:9090', 'monitoring', 'o11y'],
  ['http://vmselect.vm.svc:8481/select/0/prometheus', 'monitoring', 'vm'],
  ['http://prometheus-server.prom.svc.cluster.local', 'monitoring', 'prom'],
  ['http://prometheus.monitoring:9090', 'monitoring'],
  ['https://mimir.eu.example.com/prometheus', 'monitoring'],
  ['http://prometheus:9090', 'monitoring'],
  ['http://10.1.2.3:9090', 'monitoring'],
] as const) {
  test(`with Prometheus at ${url}, metrics may be asked for from ${namespaces.join(', ')}`, () => {
    for (const props of [{ prometheusUrl: url }, { args: [`--prometheus-url=${url}`] }])
      assert.partialDeepStrictEqual(networkPolicyOf(props).ingress, [{ from: [namedNamespaces(...namespaces)] }]);
  });
}

const always9090 = [443, 6443, 8443, 16_443, 9090];
const egress = [
  { props: {}, ports: always9090 },
  { props: { prometheusUrl: 'http://vm:8481/select/0/prometheus' }, ports: [...always9090, 8481] },
  { props: { args: ['--prometheus-url=https://arms.example.com:9443'] }, ports: [...always9090, 9443] },
  { props: { prometheusUrl: 'https://mimir.example.com/prometheus' }, ports: always9090 },
  // A Service on 80 in front of pods on 9090, as charts have it.
  { props: { prometheusUrl: 'http://prometheus-server' }, ports: [...always9090, 80] },
  { props: { args: ['--prometheus-sigv4-region=eu-west-1'] }, ports: [...always9090, 80] },
  { props: { egressPorts: [6443, 9091], prometheusUrl: 'http://prometheus:9090' }, ports: [6443, 9091] },
] as const;
for (const { props, ports } of egress) {
  test(`${JSON.stringify(props)} lets the syncers connect to ${ports.join(', ')}`, () => {
    assert.deepEqual(egressOf(props), ports);
  });
}

test('where the network has rules of its own, there is no policy', () => {
  assert.deepEqual(
    installed({ networkPolicy: false }).filter(({ kind }) => kind === 'NetworkPolicy'),
    [],
  );
});

test('the syncers are on different nodes where there are some', () => {
  const { template } = syncerOf(installed({ name: 'shard-a' })).spec;
  assert.deepEqual(template.spec.topologySpreadConstraints, [
    {
      ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
      labelSelector: { matchLabels: template.metadata.labels },
    },
  ]);
});

test('the syncer is bound to its role, and both roles have the fields that the API server keeps', () => {
  const binding = find(installed(), 'ClusterRoleBinding');
  assert.deepEqual(binding.roleRef, {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'elasticweb-syncer',
  });
  for (const rule of [...rulesOf('elasticweb-syncer'), ...rulesOf('elasticweb-edit')]) {
    assert.deepEqual(Object.keys(rule).sort(), ['apiGroups', 'resources', 'verbs']);
  }
});

test('the syncer passes the restricted Pod Security Standard, and its namespace asks for it', () => {
  const pod = podOf();
  assert.partialDeepStrictEqual(pod.securityContext, {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  assert.equal(pod.containers.length, 1);
  assert.deepEqual(pod.containers[0].securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'volumes', 'initContainers'])
    assert.equal(pod[field], undefined);
  assert.deepEqual(find(installed(), 'Namespace').metadata.labels, {
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
});

test('there are two syncers, of which one works, or as many as are asked for', () => {
  assert.equal(syncerOf(installed()).spec.replicas, 2);
  assert.equal(syncerOf(installed({ replicas: 3 })).spec.replicas, 3);
});

test('the kubelet asks the port that the syncer listens on', () => {
  const [container] = podOf().containers;
  assert.partialDeepStrictEqual(container, {
    ports: [{ name: 'http', containerPort: 8080 }],
    livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
  });
});

test('short-lived objects and idle threads do not fill the memory of a small container', () => {
  assert.deepEqual(podOf().containers[0].env, [
    { name: 'NODE_OPTIONS', value: '--max-semi-space-size=4' },
    { name: 'MALLOC_ARENA_MAX', value: '1' },
  ]);
});

test('only the syncer gets the token', () => {
  const { spec } = syncerOf(installed());
  assert.equal(find(installed(), 'ServiceAccount').automountServiceAccountToken, false);
  assert.equal(spec.template.spec.automountServiceAccountToken, true);
  assert.equal(spec.template.spec.serviceAccountName, 'elasticweb-syncer');
  assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
});

const always = ['syncer', '--leader-elect', '--lease-name=elasticweb-syncer', '--listen=:8080'];
const flags = [
  { props: {}, args: [] },
  { props: { watchNamespaces: ['dev', 'prod'] }, args: ['--namespace=dev', '--namespace=prod'] },
  { props: { watchNamespaces: ['dev', 'dev'] }, args: ['--namespace=dev'] },
  { props: { selector: 'shard in (a, b)' }, args: ['--selector=shard in (a, b)'] },
  {
    props: { allowedServiceTypes: ['ClusterIP', 'NodePort'] },
    args: ['--allowed-service-types=ClusterIP,NodePort'],
  },
  { props: { maxReplicas: 50 }, args: ['--max-replicas=50'] },
  { props: { prometheusUrl: 'http://prom:9090' }, args: ['--prometheus-url=http://prom:9090'] },
  { props: { args: ['--scrape-interval=30', '--window=120'] }, args: ['--scrape-interval=30', '--window=120'] },
] as const;
for (const { props, args } of flags) {
  test(`${JSON.stringify(props)} runs with ${args.join(' ') || 'no more flags'}`, () => {
    assert.deepEqual(argsOf(props), [...always, ...args]);
  });
}

test('image, pull policy and resources are those of the props', () => {
  const resources = { limits: { cpu: 1, memory: '1Gi' } };
  const [container] = podOf({
    image: 'registry.example.com/elasticweb:1',
    imagePullPolicy: 'Always',
    resources,
  }).containers;
  assert.partialDeepStrictEqual(container, {
    image: 'registry.example.com/elasticweb:1',
    imagePullPolicy: 'Always',
    resources,
  });
});

test("what Prometheus asks for is a Secret's files, read-only", () => {
  const { volumes, containers } = podOf({ prometheusSecret: 'prometheus-login' });
  assert.deepEqual(volumes, [{ name: 'prometheus', secret: { secretName: 'prometheus-login' } }]);
  assert.partialDeepStrictEqual(containers[0], {
    volumeMounts: [{ name: 'prometheus', mountPath: '/etc/elasticweb/prometheus', readOnly: true }],
  });
});

const image = 'image: must be a non-empty text of at most 1024 characters that matches ^[!-~]+$';
const namespace = 'must be a text of at most 63 characters that matches ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const wrong = [
  {
    name: 'all that is wrong',
    props: { namespace: 'Ops', image: '', maxReplicas: 0, selector: '' },
    errors: [
      `namespace: ${namespace}, got "Ops"`,
      `${image}, got ""`,
      'maxReplicas: must be a whole number from 1 to 2147483647, got 0',
      'selector: must be a non-empty text of at most 1024 characters, got ""',
    ],
  },
  {
    name: 'a namespace of 64 characters',
    props: { namespace: 'x'.repeat(64) },
    errors: [`namespace: ${namespace}, got "${'x'.repeat(64)}"`],
  },
  { name: 'an image with a space', props: { image: 'a b' }, errors: [`${image}, got "a b"`] },
  {
    name: 'no namespace to watch, which is not the same as all',
    props: { watchNamespaces: [] },
    errors: ['watchNamespaces: must have 1 to 1000 items, got 0'],
  },
  {
    name: 'one wrong namespace of two',
    props: { watchNamespaces: ['a', 'a.b'] },
    errors: [`watchNamespaces[1]: ${namespace}, got "a.b"`],
  },
  {
    name: 'namespaces for metrics that no policy would tell apart',
    props: { metricsFrom: ['monitoring'], networkPolicy: false },
    errors: ['metricsFrom: must not be given with networkPolicy false, which leaves it out'],
  },
  {
    name: 'no namespace for metrics, which is not the same as all',
    props: { metricsFrom: [] },
    errors: ['metricsFrom: must have 1 to 100 items, got 0'],
  },
  {
    name: 'a password in the address of Prometheus, and does not show it',
    props: { prometheusUrl: 'http://me:s3cret@prom:9090', args: ['--prometheus-url=https://s3cret@prom'] },
    errors: [/^prometheusUrl: must not hold a username or password(?!.*s3cret)/, /^args\[0\]: must not (?!.*s3cret)/],
  },
  ...['p#ss', 'p ss', 'p/ss', 'p?ss', '9#ss'].map((password) => ({
    name: `a password in the address of Prometheus that makes it no address, or another, and does not show it: ${password}`,
    props: {
      prometheusUrl: `http://admin:${password}@prom:9090`,
      args: [`--prometheus-url=http://admin:${password}@prom:9090`, `-prometheus-url=http://admin:${password}@prom`],
    },
    errors: [
      /^prometheusUrl: must not hold a username or password(?!.*admin)/,
      /^args\[0\]: must not hold a username or password(?!.*admin)/,
      /^args\[1\]: must not hold a username or password(?!.*admin)/,
    ],
  })),
  {
    name: 'a password in an address that has no scheme, or in flags that are no list, and does not show it',
    props: { prometheusUrl: 'admin:p4ss@prom:9090', args: '--prometheus-url=http://admin:p4ss@prom' },
    errors: [/^prometheusUrl: must not hold a(?!.*p4ss)/, /^args: must not hold a(?!.*p4ss)/],
  },
  {
    name: 'a flag with an address of Prometheus that is none',
    props: { args: ['--prometheus-url=prom:9090', '--prometheus-url=http://prom:none', '--prometheus-url='] },
    errors: [
      'args[0]: must be a URL such as http://prometheus.monitoring:9090, got "prom:9090"',
      'args[1]: must be a URL such as http://prometheus.monitoring:9090, got "http://prom:none"',
      'args[2]: must be a URL such as http://prometheus.monitoring:9090, got ""',
    ],
  },
  {
    name: 'the word for all namespaces, where it is another',
    props: { metricsFrom: 'anywhere' },
    errors: ['metricsFrom: must be a list or Anywhere, got "anywhere"'],
  },
  {
    name: 'a Service type that there is not',
    props: { allowedServiceTypes: ['NodePort', 'ExternalName'] },
    errors: ['allowedServiceTypes[1]: must be one of LoadBalancer, NodePort, ClusterIP, got "ExternalName"'],
  },
  {
    name: 'no Service type at all',
    props: { allowedServiceTypes: [] },
    errors: ['allowedServiceTypes: must have 1 to 3 items, got 0'],
  },
  {
    name: 'a fraction of a pod',
    props: { maxReplicas: 1.5 },
    errors: ['maxReplicas: must be a whole number from 1 to 2147483647, got 1.5'],
  },
  {
    name: 'resources that Kubernetes would refuse',
    props: { resources: { limits: { memory: '1GB' } } },
    errors: [/^resources\.limits\.memory: must be .*, got "1GB"$/],
  },
  {
    name: 'an address of Prometheus that is none',
    props: { prometheusUrl: 'prometheus:9090', args: ['syncer'] },
    errors: [/^prometheusUrl: must be .*, got "prometheus:9090"$/, /^args\[0\]: must be .*, got "syncer"$/],
  },
  { name: 'a prop that there is not', props: { shards: 2 }, errors: ['shards: is not a known field'] },
  {
    name: 'null, which is not the same as not given',
    props: { replicas: null, networkPolicy: null, resources: { limits: null } },
    errors: [
      'replicas: must be a whole number from 0 to 100, got null',
      'networkPolicy: must be true or false, got null',
      'resources.limits: must be an object, got null',
    ],
  },
  { name: 'props that are null', props: null, errors: ['must be an object, got null'] },
  {
    name: 'what is no text',
    props: { createNamespace: 'no' },
    errors: ['createNamespace: must be true or false, got "no"'],
  },
];
for (const { name, props, errors } of wrong) {
  test(`the installation names ${name}`, () => {
    assert.throws(
      () => installed(props as object),
      (error: unknown) => {
        assert.ok(error instanceof InvalidPropsError);
        const [title, ...lines] = error.message.split('\n').map((line) => line.trim());
        assert.equal(title, 'ElasticWebInstall elasticweb: nothing was rendered, these props must change:');
        assert.equal(lines.length, errors.length, lines.join('\n'));
        errors.forEach((expected, index) => {
          if (typeof expected === 'string') assert.equal(lines[index], expected);
          else assert.match(lines[index] ?? '', expected);
        });
        return true;
      },
    );
  });
}

test('props are left as they are, and those that are undefined are not given', () => {
  const nothing = { namespace: undefined, image: undefined, resources: undefined, watchNamespaces: undefined };
  assert.equal(asYaml(installed(deepFreeze(nothing))), asYaml(installed()));
});
