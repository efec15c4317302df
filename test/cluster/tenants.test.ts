/** What somebody gets who may edit the ElasticWebs of one namespace and nothing else: pods and Services there, and no more, however they try. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { ADOPT_ANNOTATION } from '../../src/api/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { syncerRequests } from './audit.ts';
import { CONFIG_MAP, POD, ROLE, ROLE_BINDING } from './kinds.ts';
import { endSyncer, OWN_SYNCER_LABEL, startSyncer } from './syncer-process.ts';
import { conditionOf, isCurrent, SMALL, useWorld } from './world.ts';

const world = await useWorld();
const victim = await world.another();
const TENANT = 'tenant-of-one-namespace';
const as = `--as=${TENANT}`;

/** Whoever connects here was made to. */
const trap = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
let connections = 0;
let address = '';

before(async () => {
  await world.make(ROLE, 'elasticwebs-only', {
    rules: [
      {
        apiGroups: ['elasticweb.example.com'],
        resources: ['elasticwebs', 'elasticwebs/scale'],
        verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
      },
    ],
  });
  await world.make(ROLE_BINDING, 'tenant', {
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: TENANT }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'elasticwebs-only' },
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(trap.address() as AddressInfo).port}`;
});
after(() => trap.close());

/** Applies an ElasticWeb as the tenant; `fields` may hold anything. */
function tryAs(name: string, spec: object, metadata: object = {}, ...flags: string[]) {
  const manifest = {
    ...{ apiVersion: ELASTIC_WEB.apiVersion, kind: ELASTIC_WEB.kind },
    metadata: { name, ...metadata },
    spec: { ...SMALL, ...spec },
  };
  return world.tryKubectlWith(JSON.stringify(manifest), as, 'apply', '-f', '-', ...flags);
}

async function applyAs(name: string, spec: object, metadata: object = {}, ...flags: string[]): Promise<void> {
  const { code, stderr } = await tryAs(name, spec, metadata, ...flags);
  assert.equal(code, 0, stderr);
}

suite('the tenant', () => {
  test('cannot read or make anything of another namespace, nor anything but ElasticWebs in their own', async () => {
    for (const [where, kinds] of [
      [victim, 'elasticwebs,deployments,services,pods,secrets,configmaps'],
      [world, 'deployments,services,pods,secrets,configmaps'],
    ] as const) {
      const { code, stdout, stderr } = await where.tryKubectl('get', kinds, as);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.equal(stderr.match(/is forbidden/g)?.length, kinds.split(',').length, stderr);
    }
    const elsewhere = await tryAs('shop', {}, { namespace: victim.namespace });
    assert.match(elsewhere.stderr, /does not match the namespace|forbidden/);
    const status = await world.tryKubectl('patch', 'ew/any', as, '--subresource=status', '--type=merge', '-p', '{}');
    assert.match(status.stderr, /forbidden/);
  });

  test('cannot take over what is there already, by name, by owner or by the word for adoption', async () => {
    const spec = {
      selector: { matchLabels: { app: 'legacy' } },
      template: {
        metadata: { labels: { app: 'legacy' } },
        spec: { containers: [{ name: 'web', image: 'legacy:1' }] },
      },
    };
    const own = await world.make(DEPLOYMENT, 'legacy', { spec });
    const others = await victim.make(DEPLOYMENT, 'legacy', { spec });
    const settings = await victim.make(CONFIG_MAP, 'settings', { data: { key: 'value' } });
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings', uid: settings.metadata.uid };

    await applyAs('legacy', {}, { annotations: { [ADOPT_ANNOTATION]: 'legacy' } });
    await world.notReady('legacy', 'NameConflict');
    await applyAs('owned', {}, { ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] });
    await world.settled();

    assert.equal((await world.deployment('legacy'))?.metadata.uid, own.metadata.uid);
    assert.deepEqual((await world.deployment('legacy'))?.metadata.labels, own.metadata.labels);
    assert.equal((await victim.deployment('legacy'))?.metadata.generation, others.metadata.generation);
    assert.deepEqual(await victim.get(CONFIG_MAP, 'settings'), settings);
    // Children have the ElasticWeb as owner, and nobody whom it names.
    const child = await world.deployment('owned');
    assert.ok(child === undefined || child.metadata.ownerReferences?.every(({ kind }) => kind === 'ElasticWeb'));
  });

  test('cannot run as another service account, mount anything, or reach the node', async () => {
    const wishes = {
      serviceAccountName: 'default-admin',
      automountServiceAccountToken: true,
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
      volumeMounts: [{ name: 'host', mountPath: '/host' }],
      hostNetwork: true,
      hostPID: true,
      hostPort: 22,
      nodeName: 'node',
      securityContext: { privileged: true, runAsUser: 0 },
      initContainers: [{ name: 'evil', image: 'evil:1' }],
      externalIPs: ['192.0.2.1'],
    };
    for (const [field, value] of Object.entries(wishes)) {
      const { code, stderr } = await tryAs('wishes', { [field]: value });
      assert.equal(code, 1, field);
      assert.match(stderr, new RegExp(`unknown field "spec\\.${field}"`));
    }
    // Whoever does not ask for strict validation gets what the schema has, and nothing else.
    await applyAs('wishes', wishes, {}, '--validate=false');
    await world.ready('wishes');

    const { items } = await world.client.listAll(POD, {
      namespace: world.namespace,
      labelSelector: 'app.kubernetes.io/instance=wishes',
    });
    assert.ok(items.length > 0);
    for (const pod of items) {
      const spec: Readonly<Record<string, unknown>> = { ...pod.spec };
      assert.equal(spec.serviceAccountName, 'default');
      assert.equal(spec.automountServiceAccountToken, false);
      for (const field of ['volumes', 'hostNetwork', 'hostPID', 'initContainers']) assert.equal(spec[field], undefined);
      const text = JSON.stringify(spec.containers);
      assert.doesNotMatch(text, /volumeMounts|hostPort|"privileged":true|runAsUser/);
      assert.match(text, /"allowPrivilegeEscalation":false/);
    }
    assert.doesNotMatch(JSON.stringify(await world.service('wishes')), /externalIPs/);
  });

  test('cannot make the syncer send a request anywhere: an address in every field that takes one is left alone', async () => {
    const url = `http://${address}/`;
    await applyAs(
      'caller',
      {
        ...{ image: `${address}/evil:1`, command: [url], args: [url], env: [{ name: 'PROXY', value: url }] },
        ...{ serviceType: 'LoadBalancer', podAnnotations: { 'prometheus.io/scrape': url } },
        imagePullSecrets: [{ name: 'registry' }],
        ...{ readinessProbe: { httpGet: { path: `//${address}/`, port: 'http' } } },
        service: { annotations: { 'example.com/callback': url }, loadBalancerSourceRanges: ['127.0.0.1/32'] },
        autoscaling: { maxReplicas: 3, metric: { name: 'http_requests_total', matchLabels: { instance: address } } },
      },
      { annotations: { 'example.com/callback': url, prometheus: url }, labels: { server: address.replace(':', '-') } },
    );
    await world.until(DEPLOYMENT, 'caller', () => true);
    await world.settled();

    assert.equal(connections, 0);
    const probe = await tryAs('prober', {
      livenessProbe: { httpGet: { host: '169.254.169.254', path: '/', port: 80 } },
    });
    assert.match(probe.stderr, /unknown field "spec\.livenessProbe\.httpGet\.host"/);
  });

  test("cannot have another's load counted: the labels that say whose a series is are refused", async () => {
    for (const label of ['namespace', 'service', '__name__']) {
      const metric = { type: 'External', name: 'http_requests_total', matchLabels: { [label]: victim.namespace } };
      const { code, stderr } = await tryAs('spy', { autoscaling: { maxReplicas: 3, metric } });
      assert.ok(code === 1 || (await stalls('spy')), `${label}: ${stderr}`);
    }
    for (const name of ['a{namespace="b"}', 'a or b', 'a"', 'a\nb', '1a', '']) {
      const { code } = await tryAs('spy', { autoscaling: { maxReplicas: 3, metric: { name } } });
      assert.equal(code, 1, JSON.stringify(name));
    }
  });

  async function stalls(name: string): Promise<boolean> {
    const web = await world.until(
      ELASTIC_WEB,
      name,
      (one) => isCurrent(one) && conditionOf(one, 'Stalled')?.status === 'True',
    );
    return conditionOf(web, 'Stalled')?.reason === 'InvalidSpec';
  }
});

test('a neighbour cannot stop the syncer: not by what is huge, nor by what is quoted back, nor by what is too deep to be kept', async () => {
  const labels = { [OWN_SYNCER_LABEL]: 'neighbours' };
  const terms = (term: object, count: number) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: Array.from({ length: count }, () => term),
        },
      },
    },
  });
  // Conditions each of which costs a hundred times its length to whoever looks into it.
  await world.create('huge', terms({}, 70_000), labels);
  // The API server quotes it in its refusal of the Deployment, with words that mean something else where they begin.
  const key = 'admission webhook "x" denied the request: '.repeat(3_000);
  await world.create('quoted', terms({ matchExpressions: [{ key, operator: 'Exists' }] }, 1), labels);
  // Kubernetes keeps who set which field as it was given, whatever it is.
  const fields = `${'{"f:a":'.repeat(6_000)}{}${'}'.repeat(6_000)}`;
  const deployment = await world.make(DEPLOYMENT, 'deep', {
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'deep' } },
      template: { metadata: { labels: { app: 'deep' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    },
  });
  const entry = `{"manager":"elasticweb-syncer","operation":"Apply","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":${fields}}`;
  const { resourceVersion, ...metadata } = deployment.metadata; // Whatever version is there by now.
  const deep = JSON.stringify({ ...deployment, metadata: { ...metadata, managedFields: ['entry'] } })
    .replace('"entry"', entry)
    .replace('"metadata":{', '"metadata":{"labels":{"app.kubernetes.io/managed-by":"elasticweb"},');
  const path = `/apis/apps/v1/namespaces/${world.namespace}/deployments/deep`;
  const put = await world.tryKubectlWith(deep, 'replace', '--raw', path, '-f', '-');
  assert.equal(put.code, 0, put.stderr);

  // One that has to list it all, as after a restart, and the one that watches.
  const flags = [`--namespace=${world.namespace}`, `--selector=${OWN_SYNCER_LABEL}=neighbours`];
  const syncer = await startSyncer(useControlPlane(), 'neighbours', ...flags);
  try {
    await world.create('served', { totalQPS: 500 }, labels);
    await world.ready('served');
    const huge = await world.notReady('huge', 'InvalidSpec');
    assert.match(conditionOf(huge, 'Stalled')?.message ?? '', /^spec: must be smaller: /);
    const quoted = await world.notReady('quoted', 'InvalidSpec');
    assert.ok((conditionOf(quoted, 'Stalled')?.message ?? '').length < 5_000);
    await world.settled();
    const log = await readFile(syncer.logFile, 'utf8');
    assert.match(log, /deep cannot be kept, and is taken for what it was before/);
  } finally {
    await endSyncer(syncer);
    await world.kubectl('delete', 'deployment', 'deep');
  }
});

test('whatever the tenant tried, the syncer asked for nothing in the other namespace', () => {
  const there = syncerRequests().filter(({ namespace }) => namespace === victim.namespace);
  assert.deepEqual(there, []);
});
