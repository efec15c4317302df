/** Whether the package that `npm pack` makes works in a project that has only its dependencies. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { METRICS, ROOT } from './command.ts';
import { makeProject, type PackageJson, readPackageJson, TSC } from './packed-project.ts';

const run = promisify(execFile);
/** A project of its own, which has the package and what npm would install with it. */
let project: string;
/** The files of the package. */
let files: string[];
let packageJson: PackageJson;

describe('the package', { concurrency: true }, () => {
  before(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'elasticweb-package-')));
    packageJson = await readPackageJson();
    await makeProject(project);
    const installed = join(project, 'node_modules/elasticweb');
    files = (await readdir(installed, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  });
  after(() => rm(project, { recursive: true, force: true }));

  test('it holds JavaScript, types and YAML, and nothing else', async () => {
    const stray = files.filter(
      (file) => !/^(lib\/.+\.(js|d\.ts)(\.map)?|dist\/.+\.yaml|package\.json|LICENSE|README\.md)$/.test(file),
    );
    assert.deepEqual(stray, []);
    const yaml = (await readdir(join(ROOT, 'dist'))).map((file) => `dist/${file}`);
    assert.deepEqual(files.filter((file) => file.startsWith('dist/')).sort(), yaml.sort());
    for (const file of ['lib/index.js', 'lib/index.d.ts', 'lib/cli/bin.js', 'dist/install.k8s.yaml']) {
      assert.ok(files.includes(file), file);
    }
  });

  test('its constructs can be imported, which loads no Kubernetes client', async () => {
    await writeFile(
      join(project, 'app.mjs'),
      `import { registerHooks } from 'node:module';
       const urls = [];
       registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
       const { ElasticWeb } = await import('elasticweb');
       const { App, Chart } = await import('cdk8s');
       const chart = new Chart(new App(), 'chart', { disableResourceNameHashes: true });
       new ElasticWeb(chart, 'shop', { image: 'nginx', port: 80, podPort: 80, singlePodQPS: 500, totalQPS: 700 });
       console.log(JSON.stringify({ urls, replicas: chart.toJson()[0].spec.replicas }));`,
    );
    const { stdout } = await run(process.execPath, ['app.mjs'], { cwd: project });
    const { urls, replicas } = JSON.parse(stdout) as { urls: string[]; replicas: number };
    assert.equal(replicas, 2);
    assert.ok(urls.some((url) => url.includes('/node_modules/elasticweb/lib/')));
    assert.deepEqual(
      urls.filter((url) => /\/node_modules\/(undici|@kubernetes|commander)\//.test(url)),
      [],
    );
  });

  test('its types are found by a strict consumer', async () => {
    await writeFile(
      join(project, 'app.ts'),
      `import { App, Chart } from 'cdk8s';
       import { ElasticWeb, render, type ElasticWebObject, type ElasticWebProps } from 'elasticweb';
       const props: ElasticWebProps = { image: 'nginx', port: 80, podPort: 80, singlePodQPS: 500 };
       export const web: ElasticWeb = new ElasticWeb(new Chart(new App(), 'chart'), 'shop', props);
       export const names = (resource: ElasticWebObject): string => render(resource, { replicas: 1 }).service.metadata.name;
       // @ts-expect-error A port is a number: if the types were not found, this would be no error.
       export const wrong: ElasticWebProps = { ...props, port: 'http' };
       // @ts-expect-error So would this.
       export const alsoWrong: number = web.deployment.kind;`,
    );
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      types: [],
      lib: ['es2024'],
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    const { stdout } = await run(process.execPath, [TSC, '-p', project]).catch((error: unknown) => error as never);
    assert.equal(stdout, '');
  });

  test('its command runs from node_modules/.bin', async () => {
    const bin = join(project, 'node_modules/.bin/elasticweb');
    const target = join(project, 'node_modules/elasticweb', packageJson.bin.elasticweb ?? '');
    await mkdir(dirname(bin), { recursive: true });
    await symlink(target, bin);
    await chmod(target, 0o755); // as npm does
    const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
    const [version, rendered, syncer] = await Promise.all([
      run(bin, ['--version'], { env }),
      run(bin, ['render', '-f', METRICS], { env }),
      run(bin, ['syncer', '--help'], { env }),
    ]);
    assert.equal(version.stdout, `${packageJson.version}\n`);
    assert.match(rendered.stdout, /^kind: Deployment$/m);
    assert.match(syncer.stdout, /^Usage: elasticweb syncer /);
  });
});
