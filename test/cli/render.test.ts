/** What `elasticweb render` prints and how it exits. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { validate } from '../../src/api/validate.ts';
import { parseDocuments } from '../../src/cli/documents.ts';
import type { Manifest } from '../../src/construct/manifest.ts';
import { manifestsOf, render } from '../../src/construct/render.ts';
import { BASIC, elasticWeb, METRICS, runHere, type World } from './command.ts';

/** The printed manifests of a successful render. */
async function rendered(args: readonly string[], world?: World): Promise<Manifest[]> {
  const { exitCode, stdout, stderr } = await runHere(['render', ...args], world);
  assert.equal(exitCode, 0, stderr);
  return parseDocuments(stdout, 'printed').map((document) => {
    assert.ok(document.kind === 'document');
    return document.value as Manifest;
  });
}

const replicasOf = (manifests: readonly Manifest[]): unknown[] =>
  manifests.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => (spec as { replicas?: unknown }).replicas);

for (const { file, replicas, children } of [
  { file: BASIC, replicas: 2, children: ['Deployment dev/elasticweb-sample', 'Service dev/elasticweb-sample'] },
  {
    file: METRICS,
    replicas: 1,
    children: ['Deployment elasticweb-sample', 'Service elasticweb-sample', 'Service elasticweb-sample-metrics'],
  },
]) {
  test(`render: ${file.replace(/.*\//, '')} gives what the syncer would apply, without owners`, async () => {
    const manifests = await rendered(['-f', file]);
    assert.deepEqual(
      manifests.map(({ kind, metadata }) => `${kind} ${[metadata.namespace, metadata.name].filter(Boolean).join('/')}`),
      children,
    );
    const resource = parseDocuments(await readFile(file, 'utf8'), file).at(-1);
    assert.ok(resource?.kind === 'document');
    const validation = validate(resource.value);
    assert.ok(validation.kind === 'valid');
    assert.deepEqual(manifests, manifestsOf(render(validation.resource, { replicas })));
    assert.ok(!JSON.stringify(manifests).includes('ownerReferences'));
  });
}

test('render: what the cluster added to a stored object does not matter', async () => {
  const stored = { uid: 'u', resourceVersion: '5', generation: 2, creationTimestamp: '2026-01-01T00:00:00Z' };
  const ofStored = await runHere(['render', '-f', '-'], { stdin: elasticWeb({}, stored) });
  assert.equal(ofStored.exitCode, 0, ofStored.stderr);
  assert.deepEqual(ofStored, await runHere(['render', '-f', '-'], { stdin: elasticWeb() }));
});

const autoscaling = { minReplicas: 3, maxReplicas: 20 };
for (const { name, spec, args = [], replicas } of [
  { name: 'the declared load', spec: { totalQPS: 150 }, replicas: 2 },
  { name: 'spec.replicas', spec: { totalQPS: 150, replicas: 7 }, replicas: 7 },
  { name: 'autoscaling', spec: { totalQPS: 150, autoscaling }, replicas: 3 },
  { name: '--replicas', spec: { replicas: 7, autoscaling }, args: ['--replicas', '0'], replicas: 0 },
  { name: 'a huge --replicas', spec: {}, args: ['--replicas=20000'], replicas: 20_000 },
]) {
  test(`render: the number of pods comes from ${name}`, async () => {
    assert.deepEqual(replicasOf(await rendered(['-f', '-', ...args], { stdin: elasticWeb(spec) })), [replicas]);
  });
}

test('render: same input, same bytes, and -o json holds the same', async () => {
  const [first, second, json] = await Promise.all(
    [[], [], ['-o', 'json']].map(async (args) => (await runHere(['render', '-f', METRICS, ...args])).stdout),
  );
  assert.equal(first, second);
  assert.deepEqual(
    (JSON.parse(json ?? '') as { items: unknown }).items,
    parseDocuments(first ?? '', 'printed').map((document) => 'value' in document && document.value),
  );
});

const OTHER = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"dev"}}';
const skipped = 'stdin: document 1 (Namespace dev): skipped, not an ElasticWeb\n';

/** All print what they can print: either everything or nothing. */
const rows: readonly { name: string; stdin: string; exitCode: 0 | 1; stderr: string | RegExp }[] = [
  { name: 'other kinds are skipped', stdin: OTHER + elasticWeb(), exitCode: 0, stderr: skipped },
  { name: 'other kinds alone are an error', stdin: OTHER, exitCode: 1, stderr: `${skipped}no ElasticWeb in stdin\n` },
  {
    name: 'a suspended one is rendered with a note',
    stdin: elasticWeb({ suspend: true }),
    exitCode: 0,
    stderr: 'stdin: document 1 (ElasticWeb shop): is suspended: the syncer would leave its children as they are\n',
  },
  {
    name: "a number above the syncer's limit is limited with a note",
    stdin: elasticWeb({ replicas: 12_345 }),
    exitCode: 0,
    stderr: "stdin: document 1 (ElasticWeb shop): asks for 12345 pods; the syncer's default limit is 10000\n",
  },
  {
    name: 'one invalid among valid ones means that nothing is printed',
    stdin: elasticWeb() + elasticWeb({ prot: 1 }, { name: 'b' }),
    exitCode: 1,
    stderr:
      'stdin: document 2 (ElasticWeb b): spec.prot: is not a known field, did you mean port?\n' +
      'Nothing was printed. 2 ElasticWebs: 1 valid, 1 invalid\n',
  },
  {
    name: 'a document that cannot be read means that nothing is printed',
    stdin: `${elasticWeb()}\n---\na: [\n`,
    exitCode: 1,
    stderr:
      /^stdin: document 2, line \d, column \d: is not YAML: .*\nNothing was printed\. 1 ElasticWeb: 1 valid, 0 invalid; 1 could not be read\n$/,
  },
  {
    name: 'two of the same name would overwrite each other',
    stdin: elasticWeb() + elasticWeb(),
    exitCode: 1,
    stderr:
      'Nothing was printed. stdin: document 2 (ElasticWeb shop): its Deployment shop is also one of stdin: document 1 (ElasticWeb shop); rename one of the two\n',
  },
  {
    name: 'children of the same name would overwrite each other',
    stdin: elasticWeb({ mtargetPort: 9090 }) + elasticWeb({}, { name: 'shop-metrics' }),
    exitCode: 1,
    stderr: /: its Service shop-metrics is also one of /,
  },
  {
    name: 'the same name in two namespaces is fine',
    stdin: elasticWeb({}, { namespace: 'a' }) + elasticWeb({}, { namespace: 'b' }),
    exitCode: 0,
    stderr: '',
  },
  {
    name: 'what is valid and yet no manifest is an error, not a crash',
    stdin: elasticWeb({ podLabels: { constructor: 'x' } }),
    exitCode: 1,
    stderr: /^Nothing was printed\. stdin: document 1 \(ElasticWeb shop\): could not be rendered: /,
  },
];
for (const { name, stdin, exitCode, stderr } of rows) {
  test(`render: ${name}`, async () => {
    const outcome = await runHere(['render', '-f', '-'], { stdin });
    assert.equal(outcome.exitCode, exitCode, outcome.stderr);
    if (typeof stderr === 'string') assert.equal(outcome.stderr, stderr);
    else assert.match(outcome.stderr, stderr);
    assert.equal(outcome.stdout !== '', exitCode === 0);
  });
}
