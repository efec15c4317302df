/** The Deployment: what matters in it, field by field. golden.test.ts has the whole. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elasticWeb, EVERYTHING, isObject, type Json, type JsonObject } from '../api/objects.ts';
import { childrenOf, roles, rolesOf } from './rendered.ts';

const podOf = (spec: JsonObject) => rolesOf(spec).deployment.spec.template.spec;
const containerOf = (spec: JsonObject) => podOf(spec).containers[0];
const everything = roles(childrenOf(EVERYTHING)).deployment.spec;

test('the least asks for nothing that nobody asked for', () => {
  const { deployment } = rolesOf();
  assert.deepEqual(Object.keys(deployment.spec).sort(), ['replicas', 'selector', 'strategy', 'template']);
  assert.deepEqual(Object.keys(podOf({})).sort(), ['automountServiceAccountToken', 'containers', 'securityContext']);
  assert.deepEqual(Object.keys(containerOf({})).sort(), ['image', 'name', 'ports', 'securityContext']);
});

test('pods get no token for the Kubernetes API', () => {
  assert.equal(podOf({}).automountServiceAccountToken, false);
});

test('the container is called web and has the traffic port by the name of spec.name', () => {
  assert.equal(containerOf({}).name, 'web');
  assert.deepEqual(containerOf({ name: 'dns', protocol: 'UDP', podPort: 5353 }).ports, [
    { name: 'dns', containerPort: 5353, protocol: 'UDP' },
  ]);
});

test('Baseline leaves stock images alone: root, a writable file system, the capabilities of the runtime', () => {
  assert.deepEqual(podOf({}).securityContext, { seccompProfile: { type: 'RuntimeDefault' } });
  assert.deepEqual(containerOf({}).securityContext, { allowPrivilegeEscalation: false });
});

test('Restricted is what the Pod Security Standard of that name asks for', () => {
  const spec = { podSecurity: 'Restricted' };
  assert.deepEqual(podOf(spec).securityContext, {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  assert.deepEqual(containerOf(spec).securityContext, {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
  });
});

/** Where each pod setting of the spec goes, and what it becomes where that is not what it was. */
const passedThrough: Readonly<Record<string, { readonly to: 'pod' | 'container'; readonly as?: string }>> = {
  command: { to: 'container' },
  args: { to: 'container' },
  env: { to: 'container' },
  envFrom: { to: 'container' },
  resources: { to: 'container' },
  readinessProbe: { to: 'container' },
  livenessProbe: { to: 'container' },
  startupProbe: { to: 'container' },
  imagePullPolicy: { to: 'container' },
  image: { to: 'container' },
  imagePullSecrets: { to: 'pod' },
  terminationGracePeriodSeconds: { to: 'pod' },
  nodeSelector: { to: 'pod' },
  tolerations: { to: 'pod' },
  affinity: { to: 'pod' },
  topologySpreadConstraints: { to: 'pod' },
};
for (const [field, { to }] of Object.entries(passedThrough)) {
  test(`${field} reaches the ${to} as it is`, () => {
    const pod = everything.template.spec;
    const found = to === 'pod' ? pod[field] : pod.containers[0][field];
    assert.deepEqual(found, specOf(EVERYTHING)[field]);
  });
}

test('strategy and progressDeadlineSeconds reach the Deployment as they are', () => {
  assert.deepEqual(everything.strategy, specOf(EVERYTHING).strategy);
  assert.equal(everything.progressDeadlineSeconds, 300);
});

test('the settings of rolling updates are written down, so that a later Recreate takes them away', () => {
  const strategyOf = (spec: Parameters<typeof rolesOf>[0]) => rolesOf(spec).deployment.spec.strategy;
  const rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%' };
  assert.deepEqual(strategyOf({}), { type: 'RollingUpdate', rollingUpdate });
  assert.deepEqual(strategyOf({ strategy: {} }), { type: 'RollingUpdate', rollingUpdate });
  assert.deepEqual(strategyOf({ strategy: { type: 'Recreate' } }), { type: 'Recreate' });
});

test('podAnnotations and podLabels reach the pods, beside the labels of the product', () => {
  const { annotations, labels } = everything.template.metadata;
  assert.deepEqual(annotations, { 'example.com/team': 'shop' });
  assert.deepEqual(labels, {
    tier: 'web',
    app: 'shop',
    'app.kubernetes.io/name': 'elasticweb',
    'app.kubernetes.io/instance': 'shop',
    'app.kubernetes.io/managed-by': 'elasticweb',
  });
});

test('preStopSleepSeconds becomes a sleep before the end, and 0 becomes nothing, which Kubernetes would refuse', () => {
  assert.deepEqual(containerOf({ preStopSleepSeconds: 10 }).lifecycle, { preStop: { sleep: { seconds: 10 } } });
  assert.equal(containerOf({ preStopSleepSeconds: 0 }).lifecycle, undefined);
});

test('a spread constraint without a selector counts the pods of this ElasticWeb', () => {
  const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };
  const own = { matchLabels: { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': 'shop' } };
  const other = { matchLabels: { tier: 'web' } };
  const spec = { topologySpreadConstraints: [constraint, { ...constraint, labelSelector: other }] };
  assert.deepEqual(podOf(spec).topologySpreadConstraints, [
    { ...constraint, labelSelector: own },
    { ...constraint, labelSelector: other },
  ]);
});

test('what is zero, false or empty is written, for it was asked for', () => {
  const spec = {
    terminationGracePeriodSeconds: 0,
    env: [{ name: 'EMPTY', value: '' }],
    strategy: { rollingUpdate: { maxUnavailable: 0 } },
    affinity: {},
  };
  assert.equal(podOf(spec).terminationGracePeriodSeconds, 0);
  assert.deepEqual(podOf(spec).affinity, {});
  assert.deepEqual(containerOf(spec).env, [{ name: 'EMPTY', value: '' }]);
  assert.deepEqual(rolesOf(spec).deployment.spec.strategy, {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 },
  });
});

test('the number of pods is the argument, not what the spec says; undefined leaves it to someone else', () => {
  const resource = elasticWeb({ totalQPS: 700, replicas: 9, autoscaling: { maxReplicas: 3 } });
  const replicasOf = (replicas: number | undefined) =>
    roles(childrenOf(resource, { replicas })).deployment.spec.replicas;
  assert.equal(replicasOf(5), 5);
  assert.equal(replicasOf(0), 0);
  assert.equal(replicasOf(undefined), undefined);
});

function specOf(resource: JsonObject): Readonly<Record<string, Json>> {
  const spec = resource.spec;
  assert.ok(isObject(spec));
  return spec;
}
