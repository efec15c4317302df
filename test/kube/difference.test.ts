import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Difference, needsApply, withFewerManagedFields } from '../../src/kube/difference.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../src/kube/resource.ts';
import { isRecord } from '../../src/kube/watch-events.ts';
import { deploymentArbitrary } from './deployment-arbitrary.ts';
import { applied } from './managed-fields.ts';

const fieldManager = 'ours';

interface Applicable extends KubeObject {
  readonly spec: object;
}

function deployment(web: object = {}, pod: object = {}, metadata: object = {}, spec: object = {}): Applicable {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      ...spec,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { ...pod, containers: [{ name: 'web', image: 'nginx', ...web }] },
      },
    },
  };
}

/** What is found when `before` was applied, `live` is there now, and `desired` is wanted. Left out: as applied, as before. */
function find(it: { before: Applicable; live?: Applicable; desired?: Applicable }): Difference | undefined {
  const { managedFields = [] } = applied(it.before, fieldManager).metadata;
  const live = it.live ?? it.before;
  return needsApply({
    desired: it.desired ?? it.before,
    live: { ...live, metadata: { ...live.metadata, managedFields } },
    fieldManager,
  });
}

const web = 'spec.template.spec.containers[name=web]';
const labels = (labels: object) => deployment({}, {}, { labels });
const env = (...env: object[]) => deployment({ env });
const ports = (...ports: object[]) => deployment({ ports });

describe('what the API server makes of an applied value is no difference', () => {
  const same: readonly (readonly [string, Applicable, Applicable])[] = [
    [
      'amounts in its own way',
      deployment({ resources: { limits: { cpu: '0.5' } } }),
      deployment({ resources: { limits: { cpu: '500m' } } }),
    ],
    [
      'a number as an amount',
      deployment({ resources: { limits: { cpu: 1 } } }),
      deployment({ resources: { limits: { cpu: '1' } } }),
    ],
    ['an empty variable', env({ name: 'A', value: '' }), env({ name: 'A' })],
    [
      'a variable from a field',
      env({ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }),
      env({ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x', apiVersion: 'v1' } } }),
    ],
    ['the protocol of a port', ports({ containerPort: 80 }), ports({ containerPort: 80, protocol: 'TCP' })],
    [
      'an empty protocol of a probe',
      deployment({ livenessProbe: { httpGet: { port: 80, scheme: '' } } }),
      deployment({ livenessProbe: { httpGet: { port: 80, scheme: 'HTTP', path: '/' }, periodSeconds: 10 } }),
    ],
    [
      'zero where that means the default',
      deployment({ livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 0 } }),
      deployment({ livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 10 } }),
    ],
    [
      'an empty strategy',
      deployment({}, {}, {}, { strategy: {} }),
      deployment({}, {}, {}, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } }),
    ],
    [
      'null for a default',
      deployment({}, { terminationGracePeriodSeconds: null }),
      deployment({}, { terminationGracePeriodSeconds: 30 }),
    ],
    ['empty lists', deployment({ args: [] }, { tolerations: [], volumes: [] }), deployment()],
    [
      'defaults that are not in it',
      deployment(),
      deployment({ imagePullPolicy: 'Always' }, { dnsPolicy: 'ClusterFirst' }),
    ],
    ['a status', deployment(), { ...deployment(), status: { replicas: 3 } } as Applicable],
    [
      'labels, variables and containers of others',
      deployment({ env: [{ name: 'A' }] }, {}, { labels: { a: 'b' } }),
      {
        ...deployment({}, {}, { labels: { theirs: 'x', a: 'b' } }),
        spec: {
          ...deployment().spec,
          template: {
            metadata: { labels: { app: 'web', theirs: 'x' } },
            spec: {
              containers: [
                { name: 'sidecar' },
                { name: 'web', image: 'nginx', env: [{ name: 'THEIRS' }, { name: 'A' }] },
              ],
            },
          },
        },
      },
    ],
  ];
  for (const [name, before, live] of same) {
    test(name, () => assert.equal(find({ before, live }), undefined));
  }
});

describe('a value that has become another is a difference, and so is one that is wanted otherwise', () => {
  const changed: readonly (readonly [string, Applicable, Applicable, string])[] = [
    ['the number of replicas', deployment(), deployment({}, {}, {}, { replicas: 5 }), 'spec.replicas'],
    ['no replicas', deployment({}, {}, {}, { replicas: 1 }), deployment({}, {}, {}, { replicas: 0 }), 'spec.replicas'],
    ['the image', deployment(), deployment({ image: 'tomcat' }), `${web}.image`],
    [
      'an amount',
      deployment({ resources: { limits: { cpu: '0.5' } } }),
      deployment({ resources: { limits: { cpu: '501m' } } }),
      `${web}.resources.limits.cpu`,
    ],
    [
      'true and false',
      deployment({ securityContext: { privileged: true } }),
      deployment({ securityContext: { privileged: false } }),
      `${web}.securityContext.privileged`,
    ],
    [
      'a number and its text',
      deployment({ livenessProbe: { tcpSocket: { port: 80 } } }),
      deployment({ livenessProbe: { tcpSocket: { port: '80' } } }),
      `${web}.livenessProbe.tcpSocket.port`,
    ],
    ['an argument', deployment({ args: ['a', 'b'] }), deployment({ args: ['b', 'a'] }), `${web}.args`],
    [
      'a toleration that ends at once',
      deployment({}, { tolerations: [{ operator: 'Exists' }] }),
      deployment({}, { tolerations: [{ operator: 'Exists', tolerationSeconds: 0 }] }),
      'spec.template.spec.tolerations',
    ],
    [
      'a node selector with an empty value',
      deployment({}, { nodeSelector: { a: 'b' } }),
      deployment({}, { nodeSelector: { a: 'b', c: '' } }),
      'spec.template.spec.nodeSelector',
    ],
    [
      'a label with a dot in its name',
      labels({ 'example.com/a': 'x' }),
      labels({ 'example.com/a': 'y' }),
      'metadata.labels["example.com/a"]',
    ],
    ['a label that is empty now', labels({ a: 'x' }), labels({ a: '' }), 'metadata.labels.a'],
    [
      'a label that every JavaScript object seems to have',
      labels({ constructor: 'x' }),
      labels({ constructor: 'y' }),
      'metadata.labels.constructor',
    ],
    [
      'zero instead of null',
      deployment({}, { terminationGracePeriodSeconds: null }),
      deployment({}, { terminationGracePeriodSeconds: 0 }),
      'spec.template.spec.terminationGracePeriodSeconds',
    ],
  ];
  for (const [name, one, other, path] of changed) {
    test(name, () => {
      assert.deepEqual(find({ before: one, live: other }), { path, kind: 'Changed' });
      // A live null would be an absent field, so that this row has one direction only.
      if (!name.includes('null')) assert.deepEqual(find({ before: one, desired: other }), { path, kind: 'Changed' });
    });
  }

  test('items in another order', () => {
    const [one, other] = [env({ name: 'A' }, { name: 'B' }), env({ name: 'B' }, { name: 'A' })];
    const expected = { path: `${web}.env[name=A]`, kind: 'Missing' };
    assert.deepEqual(find({ before: one, desired: other }), expected);
  });
});

describe('what is wanted no longer is a difference', () => {
  const removed: readonly (readonly [string, Applicable, Applicable, string])[] = [
    ['a label', labels({ a: 'x', b: 'y' }), labels({ b: 'y' }), 'metadata.labels.a'],
    ['all labels', labels({ a: 'x' }), deployment(), 'metadata.labels'],
    [
      'a label that every JavaScript object seems to have',
      labels({ toString: 'x', b: 'y' }),
      labels({ b: 'y' }),
      'metadata.labels.toString',
    ],
    ['a variable', env({ name: 'A' }, { name: 'B' }), env({ name: 'B' }), `${web}.env[name=A]`],
    ['all variables', env({ name: 'A' }), deployment(), `${web}.env`],
    [
      'a port of two with one number',
      ports({ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }),
      ports({ containerPort: 53, protocol: 'UDP' }),
      `${web}.ports[containerPort=53,protocol=TCP]`,
    ],
    [
      'the number of replicas',
      deployment(),
      { ...deployment(), spec: { ...deployment().spec, replicas: undefined } },
      'spec.replicas',
    ],
    ['an atomic list', deployment({ args: ['a'] }), deployment(), `${web}.args`],
  ];
  for (const [name, before, desired, path] of removed) {
    test(name, () => assert.deepEqual(find({ before, desired }), { path, kind: 'Unwanted' }));
  }
});

describe('what we do not own is a difference, whatever its value', () => {
  const added: readonly (readonly [string, Applicable, Applicable, string])[] = [
    ['a label', labels({ b: 'y' }), labels({ b: 'y', a: '' }), 'metadata.labels.a'],
    ['labels', deployment(), labels({ a: 'x' }), 'metadata'],
    [
      'a setting that is false',
      deployment({ securityContext: { privileged: true } }),
      deployment({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
      `${web}.securityContext.allowPrivilegeEscalation`,
    ],
    ['a variable', env({ name: 'A' }), env({ name: 'A' }, { name: 'B' }), `${web}.env[name=B]`],
    [
      'zero replicas',
      { ...deployment(), spec: { ...deployment().spec, replicas: undefined } },
      deployment({}, {}, {}, { replicas: 0 }),
      'spec.replicas',
    ],
  ];
  for (const [name, before, desired, path] of added) {
    test(name, () => assert.deepEqual(find({ before, live: desired, desired }), { path, kind: 'NotOwned' }));
  }

  test('no tolerations, where others have set some', () => {
    const [desired, live] = [
      deployment({}, { tolerations: [] }),
      deployment({}, { tolerations: [{ operator: 'Exists' }] }),
    ];
    const expected = { path: 'spec.template.spec.tolerations', kind: 'NotOwned' };
    assert.deepEqual(find({ before: deployment(), live, desired }), expected);
  });

  const object = deployment();
  const [entry] = applied(object, fieldManager).metadata.managedFields ?? [];
  const entries: readonly (readonly [string, ManagedFieldsEntry[] | undefined])[] = [
    ['an object without managed fields', undefined],
    ['one that only others applied', [{ ...entry, manager: 'theirs' }]],
    ['one that we have updated, not applied', [{ ...entry, operation: 'Update' }]],
    ['one of which we have applied a subresource', [{ ...entry, subresource: 'status' }]],
  ];
  for (const [name, managedFields] of entries) {
    test(name, () => {
      const metadata = { ...object.metadata, ...(managedFields && { managedFields }) };
      const live = { ...object, metadata };
      assert.deepEqual(needsApply({ desired: object, live, fieldManager }), { path: '', kind: 'NotOwned' });
    });
  }

  test('fields that we applied in different API versions count together', () => {
    const [spec, metadata] = [{ 'f:spec': { 'f:a': {} } }, { 'f:spec': { 'f:b': {} } }];
    const managedFields = [spec, metadata].map((fieldsV1) => ({ manager: fieldManager, operation: 'Apply', fieldsV1 }));
    const live = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', managedFields }, spec: { a: 1, b: 2 } };
    const desired = { ...live, metadata: { name: 'x' } };
    assert.equal(needsApply({ desired, live, fieldManager }), undefined);
  });
});

test('members of a set are compared one by one', () => {
  const fieldsV1 = { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a"': {}, 'v:"b"': {} } } };
  const managedFields = [{ manager: fieldManager, operation: 'Apply', fieldsV1 }];
  const check = (wanted: string[], there: string[]) =>
    needsApply({
      desired: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', finalizers: wanted } },
      live: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', finalizers: there, managedFields } },
      fieldManager,
    });
  assert.equal(check(['a', 'b'], ['b', 'theirs', 'a']), undefined);
  assert.deepEqual(check(['a'], ['a', 'b']), { path: 'metadata.finalizers["b"]', kind: 'Unwanted' });
  assert.deepEqual(check(['a', 'b'], ['a']), { path: 'metadata.finalizers["b"]', kind: 'Missing' });
  assert.deepEqual(check(['a', 'b', 'c'], ['a', 'b', 'c']), { path: 'metadata.finalizers["c"]', kind: 'NotOwned' });
});

test('what names an object is not compared', () => {
  const before = deployment();
  const live = { ...before, metadata: { ...before.metadata, uid: 'u', resourceVersion: '7', generation: 2 } };
  assert.equal(find({ before, live, desired: { ...before, metadata: { ...before.metadata, uid: 'u' } } }), undefined);
});

test('only our own managed fields need be kept', () => {
  const object = applied(deployment(), fieldManager);
  const [ours] = object.metadata.managedFields ?? [];
  const managedFields = [{ ...ours, manager: 'theirs' }, ...(ours ? [ours] : [])];
  const live = withFewerManagedFields({ ...object, metadata: { ...object.metadata, managedFields } }, fieldManager);
  assert.deepEqual(live.metadata.managedFields, [ours]);
  assert.equal(needsApply({ desired: deployment(), live, fieldManager }), undefined);
});

describe('for Deployments of every sort', () => {
  const deployments = deploymentArbitrary({ name: 'web', namespace: 'shop' });

  test('there is nothing to apply when everything is as applied', () => {
    fc.assert(fc.property(deployments, (before) => assert.equal(find({ before }), undefined)));
  });

  test('every value matters: when one has changed, that is the difference', () => {
    fc.assert(
      fc.property(deployments, fc.nat(), (before, choice) => {
        const paths = plainValues(before.spec);
        const path = paths[choice % paths.length] ?? [];
        fc.pre(path[0] !== 'selector' || path.length > 1);
        const live = { ...before, spec: changed(before.spec, path) };
        assert.notEqual(find({ before, live }), undefined, path.join('.'));
        assert.notEqual(find({ before, desired: live }), undefined, path.join('.'));
      }),
    );
  });
});

/** The paths of all strings, numbers and booleans that say something. */
function plainValues(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (Array.isArray(value) || isRecord(value)) {
    return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => plainValues(inner, [...path, name]));
  }
  return value === null || value === undefined || value === '' || value === 0 || value === false ? [] : [path];
}

/** A copy in which the value at the path is another. */
function changed<T>(value: T, path: readonly string[]): T {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (typeof value === 'number') return ((value as number) + 1) as T;
    return (typeof value === 'boolean' ? !value : `${String(value)}1`) as T;
  }
  const entries = Object.entries(value as object).map(([key, inner]: [string, unknown]) => [
    key,
    key === name ? changed(inner, rest) : inner,
  ]);
  const copy: unknown = Object.fromEntries(entries);
  return (Array.isArray(value) ? Object.values(copy as object) : copy) as T;
}
