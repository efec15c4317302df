/** What is generated and committed is what would be generated now. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import {
  generateArgoCd,
  generateDist,
  generateImports,
  generateSettings,
  generateTypes,
  type GeneratedFiles,
} from './generate.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const temporary = await mkdtemp(join(tmpdir(), 'elasticweb-generated-'));
after(() => rm(temporary, { recursive: true }));

/** The files of a folder by `FOLDER/NAME`. */
async function filesIn(folder: string, name: string): Promise<GeneratedFiles> {
  const files = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(
      files.map(async (file) => [`${name}/${file}`, await readFile(join(folder, file), 'utf8')] as const),
    ),
  );
}

/** What `cdk8s synth` itself writes; without a look for newer versions. */
async function cdk8sSynth(): Promise<GeneratedFiles> {
  const output = join(temporary, 'synth');
  await run('cdk8s', ['synth', '--check-upgrade=false', '--output', output], { cwd: root });
  return filesIn(output, 'dist');
}

/** What an app that fails in its last chart leaves of a dist/ that was there. */
async function failingSynth(): Promise<{ readonly stderr: string; readonly left: GeneratedFiles }> {
  const folder = await mkdtemp(join(temporary, 'failing-'));
  for (const file of ['crd.k8s.yaml', 'install.k8s.yaml']) await writeFile(join(folder, file), 'as it was');
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: { synth: string } };
  const [node = '', ...args] = scripts.synth.split(' ');
  const options = { cwd: root, env: { ...process.env, CDK8S_OUTDIR: folder } };
  const synth = run(node, ['--import', './test/generated/break-last-chart.ts', ...args], options);
  const stderr = await synth.then(
    () => 'it did not fail',
    (error: unknown) => (error as { stderr: string }).stderr,
  );
  return { stderr, left: await filesIn(folder, 'dist') };
}

// The command of cdk8s takes a second to load, so everything runs at once.
const [types, dist, imports, synthesized, failed] = await Promise.all([
  generateTypes(),
  generateDist(),
  generateImports(),
  cdk8sSynth(),
  failingSynth(),
]);

/** Asserts that the folder holds what was generated, and nothing else but what is generated elsewhere. */
async function assertCommitted(
  folder: string,
  generated: GeneratedFiles,
  elsewhere: readonly string[] = [],
): Promise<void> {
  const committed = await filesIn(join(root, folder), folder);
  const expected = [...generated.keys(), ...elsewhere];
  assert.deepEqual([...committed.keys()], expected, `${folder}/ is stale: npm run generate`);
  for (const [path, text] of generated) {
    assert.ok(committed.get(path) === text, `${path} is stale: npm run generate`);
  }
}

test('src/api/types.ts is what the schema gives', async () => {
  const committed = await readFile(join(root, 'src/api/types.ts'), 'utf8');
  assert.ok(committed === types.get('src/api/types.ts'), 'src/api/types.ts is stale: npm run generate');
});

test('docs/settings.md is what schema and command give', async () => {
  const committed = await readFile(join(root, 'docs/settings.md'), 'utf8');
  assert.ok(
    committed === (await generateSettings()).get('docs/settings.md'),
    'docs/settings.md is stale: npm run generate',
  );
});

test('docs/argocd/argocd-cm.yaml holds the scripts beside it', async () => {
  const path = 'docs/argocd/argocd-cm.yaml';
  const committed = await readFile(join(root, path), 'utf8');
  const generated = (await generateArgoCd()).get(path);
  assert.ok(committed === generated, `${path} is stale: npm run generate`);
  const { data } = parse(committed) as { data: Record<string, string> };
  const scripts = join(root, 'docs/argocd/resource_customizations/elasticweb.example.com/ElasticWeb');
  const health = await readFile(join(scripts, 'health.lua'), 'utf8');
  assert.equal(data['resource.customizations.health.elasticweb.example.com_ElasticWeb'], health);
});

test('dist/ is what the app gives', () => assertCommitted('dist', dist));

test('imports/ is what cdk8s makes of the CRD in dist/', () =>
  // The Prometheus Operator's CRDs come by Go; test/monitoring looks at what is made of them.
  assertCommitted('imports', imports, ['imports/monitoring.coreos.com.ts']));

test('a second synth, by the command of cdk8s, gives the same bytes', () => {
  assert.deepEqual(synthesized, dist);
});

test('an app that fails leaves dist/ as it was', () => {
  assert.match(failed.stderr, /broken on purpose/);
  assert.deepEqual([...failed.left.values()], ['as it was', 'as it was']);
});

test('dist/ holds nothing that Flux would substitute or that names a machine', () => {
  for (const [path, text] of dist) {
    assert.doesNotMatch(text, /\$\{/, path);
    for (const place of ['localhost', '127.0.0.1', root, tmpdir()])
      assert.ok(!text.includes(place), `${path}: ${place}`);
  }
});

test('the installation can be a template of a Helm chart as it is', () => {
  for (const path of ['dist/crd.k8s.yaml', 'dist/install.k8s.yaml', 'dist/sample.k8s.yaml']) {
    assert.doesNotMatch(dist.get(path) ?? '{{', /\{\{/, path);
  }
});
