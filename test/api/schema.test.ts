/** What the schema must be at every depth, whoever adds a field. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { resourceSchema } from '../../src/api/resource.ts';
import { INT32_MAX, type Schema } from '../../src/api/schema.ts';

/** A schema and where it is: `spec.env[].name`. */
interface Located {
  readonly path: string;
  readonly schema: Schema;
}

const all = located('', resourceSchema).filter(({ path }) => path !== '' && path !== 'metadata');
const inSpec = all.filter(({ path }) => path.startsWith('spec'));
/** Here Kubernetes' own validation of the Deployment sets the bounds; a bound on every leaf would take a tenth of the CRD. */
const boundless = /^spec\.affinity\.|\.labelSelector\.|\.matchLabelKeys/;

function located(path: string, schema: Schema): Located[] {
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [path === '' ? name : `${path}.${name}`, child] as const,
  );
  const children = [
    ...properties,
    ...(schema.items === undefined ? [] : [[`${path}[]`, schema.items] as const]),
    ...(schema.additionalProperties === undefined ? [] : [[`${path}{}`, schema.additionalProperties] as const]),
  ];
  return [{ path, schema }, ...children.flatMap(([childPath, child]) => located(childPath, child))];
}

/** Asserts that no schema is one of the bad; a failure lists the places. */
function none(schemas: readonly Located[], bad: (schema: Schema, path: string) => boolean): void {
  assert.deepEqual(
    schemas.filter(({ path, schema }) => bad(schema, path)).map(({ path }) => path),
    [],
  );
}

test('every field is described, for kubectl explain', () => {
  none(all, ({ description = '' }) => !/^[A-Z].*\.$/su.test(description));
});

test('every field says what it holds', () => {
  none(all, (schema) => schema.type === undefined && !schema['x-kubernetes-int-or-string']);
  none(all, ({ type, items }) => (type === 'array') !== (items !== undefined));
  none(
    all,
    ({ type, properties, additionalProperties }) =>
      (type === 'object') !== (properties !== undefined || additionalProperties !== undefined),
  );
  // As the API server: an object has either known fields or free keys.
  none(all, ({ properties, additionalProperties }) => properties !== undefined && additionalProperties !== undefined);
});

test('there are no fractions', () => {
  none(all, ({ type }) => type === 'number');
});

test('every whole number in spec has both bounds, within int32 unless Kubernetes says int64', () => {
  const integers = inSpec.filter(({ schema }) => schema.type === 'integer');
  assert.ok(integers.length > 30);
  none(
    integers.filter(({ path }) => path !== 'spec.tolerations[].tolerationSeconds'),
    ({ format, minimum = -Infinity, maximum = Infinity }) => format !== 'int32' || minimum < 0 || maximum > INT32_MAX,
  );
});

test('every whole number in status has a format', () => {
  none(all, ({ type, format }) => type === 'integer' && format === undefined);
});

test('every text in spec is bounded', () => {
  const free = inSpec.filter(({ path }) => !boundless.test(path));
  none(free, ({ type, maxLength, enum: words }) => type === 'string' && maxLength === undefined && words === undefined);
  none(free, (schema) => schema['x-kubernetes-int-or-string'] === true && schema.maxLength === undefined);
});

test('every list and every map is bounded', () => {
  const free = all.filter(({ path }) => !boundless.test(path));
  none(free, ({ type, maxItems }) => type === 'array' && maxItems === undefined);
  none(
    free,
    ({ additionalProperties, maxProperties }) => additionalProperties !== undefined && maxProperties === undefined,
  );
});

test('required fields exist, and have no default that would never be used', () => {
  none(all, ({ required = [], properties = {} }) =>
    required.some((field) => properties[field] === undefined || properties[field].default !== undefined),
  );
});

test('the keys of keyed lists are required texts', () => {
  const keyed = all.filter(({ schema }) => schema['x-kubernetes-list-map-keys'] !== undefined);
  assert.deepEqual(
    keyed.map(({ path }) => path),
    ['spec.env', 'spec.imagePullSecrets', 'status.conditions'],
  );
  none(keyed, (schema) => {
    const { properties, required } = schema.items ?? {};
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    return (
      schema['x-kubernetes-list-type'] !== 'map' ||
      keys.some((key) => properties?.[key]?.type !== 'string' || !required?.includes(key))
    );
  });
});

test('an object that is made by default makes all the defaults below it', () => {
  // A default does not create its parents, so a parent with a child that has one needs one, too, or must be given by the user.
  const makers = inSpec.filter(({ schema }) =>
    Object.values(schema.properties ?? {}).some((child) => child.default !== undefined),
  );
  assert.deepEqual(
    makers.map(({ path, schema }) => [path, schema.default]),
    [
      ['spec', undefined],
      ['spec.autoscaling', undefined],
      ['spec.autoscaling.metric', {}],
      ['spec.autoscaling.fallback', {}],
    ],
  );
});

test('no element of a list has defaults: a list is stored as it was written, and no GitOps tool sees a difference', () => {
  none(inSpec, ({ default: value }, path) => value !== undefined && path.includes('[]'));
});

test('status begins with the generation that nobody has seen', () => {
  assert.deepEqual(resourceSchema.properties?.status?.default, { observedGeneration: -1 });
});

test('no field gives more than pods and Services in the namespace', () => {
  const forbidden = [
    ...['serviceAccountName', 'serviceAccount', 'automountServiceAccountToken', 'securityContext', 'privileged'],
    ...[
      'volumes',
      'volumeMounts',
      'volumeDevices',
      'hostPath',
      'hostNetwork',
      'hostPID',
      'hostIPC',
      'hostUsers',
      'hostPort',
    ],
    ...[
      'hostIP',
      'hostAliases',
      'host',
      'hostname',
      'nodeName',
      'runtimeClassName',
      'priorityClassName',
      'schedulerName',
    ],
    ...['containers', 'initContainers', 'ephemeralContainers', 'lifecycle', 'shareProcessNamespace', 'dnsConfig'],
    ...[
      'externalIPs',
      'externalName',
      'clusterIP',
      'loadBalancerIP',
      'url',
      'address',
      'endpoint',
      'file',
      'query',
      'promql',
      'expr',
    ],
  ];
  const names = new Set(
    inSpec.map(({ path }) =>
      path
        .replace(/(\[\]|\{\})+$/, '')
        .split('.')
        .at(-1),
    ),
  );
  assert.deepEqual(
    forbidden.filter((name) => names.has(name)),
    [],
  );
  // The one path is that of a probe's request to the pod itself.
  assert.deepEqual(
    inSpec.map(({ path }) => path).filter((path) => path.endsWith('.path')),
    ['readinessProbe', 'livenessProbe', 'startupProbe'].map((probe) => `spec.${probe}.httpGet.path`),
  );
});

test('the schema lets nothing through that it does not know', () => {
  const text = JSON.stringify(resourceSchema);
  assert.doesNotMatch(text, /preserve-unknown-fields|embedded-resource/);
});

test('the schema is JSON, and Flux would substitute nothing in it', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(resourceSchema)), resourceSchema);
  assert.doesNotMatch(JSON.stringify(resourceSchema), /\$\{/);
});

test('patterns mean the same in JavaScript and in Go', () => {
  const patterns = all.flatMap(({ path, schema }) =>
    schema.pattern === undefined ? [] : [{ path, pattern: schema.pattern }],
  );
  assert.ok(patterns.length > 5);
  for (const { path, pattern } of patterns) {
    assert.match(pattern, /^\^.*\$$/, `${path} is not anchored`);
    // RE2 has no look-around and no back-references, and \d, \w, \s, \b differ on Unicode.
    assert.doesNotMatch(pattern, /\(\?|\\[1-9dwsbDWSB]/, path);
    assert.doesNotThrow(() => new RegExp(pattern, 'u'), path);
  }
});

test('the CRD in dist/ carries this schema, in less than 100 KB', async () => {
  const text = await readFile(join(import.meta.dirname, '../../dist/crd.k8s.yaml'), 'utf8');
  assert.ok(Buffer.byteLength(text) < 100_000, `${Buffer.byteLength(text)} bytes`);
  const crd = parse(text) as { spec: { versions: { schema: { openAPIV3Schema: Schema } }[] } };
  assert.deepEqual(crd.spec.versions[0]?.schema.openAPIV3Schema, resourceSchema);
});
