/** What is generated in this repository, and from what. Run as a program, it writes all of it. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, mkdtempDisposable, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { format } from 'prettier';
import { NAMED_SCHEMAS } from '../../src/api/resource.ts';
import { monitoringCrds } from './monitoring-crds.ts';
import { settingsPage } from './settings.ts';
import { argoCdSettings } from './argo-cd.ts';
import { typesFrom } from './types.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Generated text by its path in the repository. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/** The TypeScript types of the schema. */
export async function generateTypes(): Promise<GeneratedFiles> {
  const text = await format(typesFrom(NAMED_SCHEMAS), { parser: 'typescript', singleQuote: true, printWidth: 120 });
  return new Map([['src/api/types.ts', text]]);
}

/** The page that lists every field and flag. */
export async function generateSettings(): Promise<GeneratedFiles> {
  return new Map([['docs/settings.md', await settingsPage()]]);
}

/** What `cdk8s synth` writes: the YAML of dist/. */
export async function generateDist(): Promise<GeneratedFiles> {
  return inTemporaryFolder('dist', async (folder) => {
    await run('node', [join(root, 'src/main.ts')], { cwd: root, env: { ...process.env, CDK8S_OUTDIR: folder } });
  });
}

/** What `cdk8s import` makes of the CRD in dist/. */
export async function generateImports(): Promise<GeneratedFiles> {
  return importsOf(join(root, 'dist/crd.k8s.yaml'));
}

/** What `cdk8s import` makes of the CRDs of the Prometheus Operator. */
export async function generateMonitoringImports(): Promise<GeneratedFiles> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'elasticweb-crds-'));
  const crds = join(folder.path, 'crds.yaml');
  await writeFile(crds, await monitoringCrds());
  return await importsOf(crds);
}

function importsOf(crds: string): Promise<GeneratedFiles> {
  return inTemporaryFolder('imports', async (folder) => {
    const args = ['import', crds, '--output', folder, '--language', 'typescript', '--no-save', '--check-upgrade=false'];
    await run('cdk8s', args, { cwd: root });
  });
}

/** The scripts of docs/argocd as settings of Argo CD. */
export async function generateArgoCd(): Promise<GeneratedFiles> {
  const text = await format(await argoCdSettings(), { parser: 'yaml', printWidth: 120 });
  return new Map([['docs/argocd/argocd-cm.yaml', text]]);
}

async function inTemporaryFolder(name: string, fill: (folder: string) => Promise<void>): Promise<GeneratedFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'elasticweb-generate-'));
  try {
    await fill(folder);
    const files = (await readdir(folder)).sort();
    return new Map(
      await Promise.all(
        files.map(async (file) => [`${name}/${file}`, await readFile(join(folder, file), 'utf8')] as const),
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const all = [
    generateTypes,
    generateSettings,
    generateDist,
    generateImports,
    generateMonitoringImports,
    generateArgoCd,
  ];
  for (const generate of all) {
    for (const [path, text] of await generate()) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await writeFile(join(root, path), text);
      process.stdout.write(`${path}\n`);
    }
  }
}
