/**
 * The offline validator and the API server are of one opinion: the same objects are put to both, the server's dry run with strict field
 * validation on one side. What only the server can say - what may change, and whether the children are valid - follows.
 */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { validate } from '../../src/api/validate.ts';
import { ElasticWebInstall } from '../../src/construct/install.ts';
import type { Manifest } from '../../src/construct/manifest.ts';
import { CASES } from '../api/cases.ts';
import { mutatedElasticWeb } from '../api/mutations.ts';
import { elasticWeb, EVERYTHING, isObject, withValue, type Json, type JsonObject } from '../api/objects.ts';
import { anyElasticWeb } from '../construct/arbitraries.ts';
import { charted, childrenOf, roles, type RenderedDeployment } from '../construct/rendered.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { textOf, verdictsOf } from './verdicts.ts';
import { useWorld } from './world.ts';

const world = await useWorld();
const { namespace } = world;
const { server, kubeconfig, kubectl } = useControlPlane();
const api = await verdictsOf({ server, kubeconfig });
after(() => api.close());

const ELASTIC_WEBS = `/apis/elasticweb.example.com/v1/namespaces/${namespace}/elasticwebs`;

test('the API server has the verdict of the table on every row, and names the field', async () => {
  const wrong = await filterAsync(CASES, async ({ object, errors }) => {
    const { accepted, message } = await verdictOn(inNamespace(object));
    if (errors.length === 0) return accepted ? undefined : message;
    if (accepted) return 'the API server takes it';
    return errors.some((path) => names(message, path)) ? undefined : message;
  });
  assert.deepEqual(wrong, []);
});

/** At full size: MUTATIONS=10000. */
const numRuns = Number(process.env.MUTATIONS ?? 300);

test(`${numRuns} objects that are nearly right are valid for both or for neither`, async () => {
  // A failure says the seed: fc.sample(mutatedElasticWeb, { seed, numRuns }) gives the same objects again.
  const seed = Date.now() % 2 ** 31;
  const objects = fc.sample(mutatedElasticWeb, { seed, numRuns });
  const disagreements = await filterAsync(objects, async (object) => {
    const offline = validate(object);
    const { accepted, message } = await verdictOn(inNamespace(object));
    return accepted === (offline.kind === 'valid') ? undefined : { seed, object, offline, message };
  });
  assert.deepEqual(disagreements, []);
});

/** What can be written in JSON, but is gone once it is read into JavaScript. */
const texts: readonly {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly accepted: boolean;
}[] = [
  { name: 'a whole number with a fraction of 0', from: '"port":80', to: '"port":80.0', accepted: true },
  { name: 'a whole number with an exponent', from: '"port":80', to: '"port":8e1', accepted: true },
  { name: 'a fraction', from: '"port":80', to: '"port":80.5', accepted: false },
  { name: 'a field that is there twice', from: '"port":80', to: '"port":80,"port":80', accepted: false },
  { name: 'a lone surrogate', from: '"port":80', to: '"port":80,"command":["\\ud800"]', accepted: true },
  {
    // kubectl sends 3; CEL on the server takes only what is written as a whole number.
    name: 'a whole number with a fraction of 0 that a rule reads',
    from: '"port":80',
    to: '"port":80,"autoscaling":{"maxReplicas":3.0}',
    accepted: false,
  },
];
for (const { name, from, to, accepted } of texts) {
  test(`as text, ${name} is ${accepted ? 'taken' : 'refused'}`, async () => {
    const text = JSON.stringify(elasticWeb({}, { namespace })).replace(from, to);
    assert.equal((await api.post(ELASTIC_WEBS, text)).accepted, accepted);
  });
}

test('in one thing the validator asks for more: a name, without which neither kubectl apply nor a render can do', async () => {
  const generated = elasticWeb({}, { name: null, namespace, generateName: 'shop-' });
  assert.equal((await verdictOn(generated)).accepted, true);
  assert.deepEqual(validate(generated), {
    kind: 'invalid',
    errors: [{ path: 'metadata.name', message: 'is required' }],
  });
});

const load = (loadBalancerClass?: string, more: JsonObject = {}): JsonObject => ({
  ...more,
  service: loadBalancerClass === undefined ? {} : { loadBalancerClass },
});
const changes: readonly {
  readonly name: string;
  readonly from: JsonObject;
  readonly to: JsonObject;
  readonly immutable?: true;
}[] = [
  { name: 'from one to another', from: load('a'), to: load('b'), immutable: true },
  { name: 'away', from: load('a'), to: load(), immutable: true },
  { name: 'away together with the settings of the Service', from: load('a'), to: {}, immutable: true },
  { name: 'in', from: load(), to: load('a'), immutable: true },
  { name: 'in together with the settings of the Service', from: {}, to: load('a'), immutable: true },
  { name: 'nowhere while something else changes', from: load('a'), to: load('a', { port: 81 }) },
  { name: 'away with the type', from: load('a'), to: load(undefined, { serviceType: 'ClusterIP' }) },
  { name: 'in with the type', from: load(undefined, { serviceType: 'NodePort' }), to: load('a') },
];
changes.forEach(({ name, from, to, immutable = false }, index) => {
  test(`the load balancer class ${immutable ? 'is immutable and cannot go' : 'may go'} ${name}`, async () => {
    // No syncer looks at it: this is about the API server alone.
    const metadata = { namespace, name: `change-${index}`, labels: { [OWN_SYNCER_LABEL]: 'none' } };
    const created = await api.post(ELASTIC_WEBS, JSON.stringify(elasticWeb(from, metadata)), 'fieldValidation=Strict');
    assert.ok(created.accepted, created.message);
    const resourceVersion = textOf((created.body.metadata as JsonObject).resourceVersion);
    const changed = elasticWeb(to, { ...metadata, resourceVersion });

    const { accepted, message } = await api.put(`${ELASTIC_WEBS}/change-${index}`, JSON.stringify(changed));

    assert.equal(accepted, !immutable, message);
    if (immutable) assert.match(message, / spec\.service\.loadBalancerClass: .* is immutable /);
  });
});

test('children of valid ElasticWebs are valid', async () => {
  const resources = [EVERYTHING, ...fc.sample(anyElasticWeb, 60)];
  const children = resources.flatMap((resource) => childrenOf(inNamespace(resource) as JsonObject));
  const wrong = await filterAsync(children, async (child) => {
    const { accepted, message } = await api.post(collectionOf(child), JSON.stringify(withoutNodePort(child)));
    return accepted ? undefined : message;
  });
  assert.deepEqual(wrong, []);
});

test('what podSecurity promises, Pod Security admission confirms', async () => {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const podOf = ({ spec }: RenderedDeployment) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'pod-' }, spec: spec.template.spec });
  const elasticWebPod = (podSecurity: string) => podOf(roles(childrenOf(elasticWeb({ podSecurity }))).deployment);
  const enforced = async (level: string) => {
    const { code, stderr } = await kubectl([
      'label',
      '--overwrite',
      'namespace',
      namespace,
      `pod-security.kubernetes.io/enforce=${level}`,
    ]);
    assert.equal(code, 0, stderr);
  };
  await kubectl(['wait', `--namespace=${namespace}`, '--for=create', 'serviceaccount/default', '--timeout=20s']);

  await enforced('baseline');
  assert.equal((await api.post(pods, elasticWebPod('Baseline'))).message, '');
  await enforced('restricted');
  // Admission hears of the new label a moment later.
  await eventually(
    async () =>
      assert.match((await api.post(pods, elasticWebPod('Baseline'))).message, /violates PodSecurity "restricted/),
    { timeoutMs: 20_000 },
  );
  assert.equal((await api.post(pods, elasticWebPod('Restricted'))).message, '');

  const syncer = charted((scope) => new ElasticWebInstall(scope, 'install')).find(({ kind }) => kind === 'Deployment');
  const inItsNamespace = await api.post(
    '/api/v1/namespaces/elasticweb-system/pods',
    podOf(syncer as RenderedDeployment),
  );
  assert.equal(inItsNamespace.message, '');
});

const verdictOn = (object: Json) => api.post(ELASTIC_WEBS, JSON.stringify(object));

/** The object in this test's namespace, where it is in one that exists elsewhere. */
function inNamespace(object: Json): Json {
  const metadata = isObject(object) ? object.metadata : undefined;
  if (!isObject(object) || !isObject(metadata) || !['default', 'dev'].includes(textOf(metadata.namespace)))
    return object;
  return withValue(object, ['metadata', 'namespace'], namespace);
}

/** Where objects of that kind are made. */
function collectionOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}/namespaces/${namespace}/${kind.toLowerCase()}s`;
}

/** Node ports belong to the whole cluster; other tests use them at the same time. */
function withoutNodePort(child: Manifest): Manifest {
  return JSON.parse(JSON.stringify(child), (key, value: unknown) =>
    key === 'nodePort' ? undefined : value,
  ) as Manifest;
}

/** Before fields have paths, the API server reads kind and metadata with Go's decoder, which has words of its own. */
const DECODER_WORDS: readonly (readonly [path: RegExp, words: RegExp])[] = [
  [/^$/, /./],
  [/^apiVersion$/, /API version|in version/],
  [/^kind$/, /Kind|kind/],
  [/^metadata$/, /metadata\.name|ObjectMeta/],
  [/^metadata\.(creation|deletion)Timestamp$/, /parsing time|ObjectMeta/],
  [/^metadata\.ownerReferences/, /OwnerReference\.ownerReferences\.|ObjectMeta\.ownerReferences/],
  [/^metadata\.(labels|annotations)\./, /metadata\.(labels|annotations): |ObjectMeta\.(labels|annotations) /],
  [/^metadata\.finalizers\[/, /metadata\.finalizers: |ObjectMeta\.finalizers /],
];

function names(message: string, path: string): boolean {
  if (path !== '' && message.includes(path)) return true;
  const field = path.split('.')[1] ?? '';
  if (path.startsWith('metadata.') && message.includes(`ObjectMeta.${field} `)) return true;
  return DECODER_WORDS.some(([where, words]) => where.test(path) && words.test(message));
}

/** What was found of the rows that had something to find. */
async function filterAsync<T, R>(rows: readonly T[], find: (row: T) => Promise<R | undefined>): Promise<object[]> {
  const found = await Promise.all(
    rows.map(async (row) => {
      const what = await find(row);
      return what === undefined ? [] : [{ row: nameOf(row), what }];
    }),
  );
  return found.flat();
}

/** The name of a row in a table, or the row itself. */
const nameOf = (row: unknown): unknown => (isObject(row as Json) ? ((row as JsonObject).name ?? row) : row);
