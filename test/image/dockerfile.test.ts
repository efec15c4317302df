/** Whether the Dockerfile can build: from what .dockerignore lets through, with what the repository has, on the Node of the repository. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { App, Chart } from 'cdk8s';
import { ElasticWebInstall } from '../../src/index.ts';
import { ROOT } from '../cli/command.ts';
import { BUNDLE, bundle, SBOM } from './bundle.ts';

const run = promisify(execFile);
const temporary = await mkdtemp(join(tmpdir(), 'elasticweb-dockerfile-'));
after(() => rm(temporary, { recursive: true, force: true }));

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const stages = stagesOf(await readFile(join(ROOT, 'Dockerfile'), 'utf8'));
const [builder = [], image = []] = stages;
const { devDependencies, scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  devDependencies: { node: string };
  scripts: Record<string, string>;
};

/** The instructions from each FROM on. */
function stagesOf(dockerfile: string): Instruction[][] {
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean);
  const found: Instruction[][] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? assert.fail(`not an instruction: ${line}`);
    if (name === 'FROM') found.push([]);
    found.at(-1)?.push({ name, text });
  }
  return found;
}

/** The image of a FROM. */
const baseOf = (from?: Instruction) => from?.text.split(' ').find((word) => !word.startsWith('--')) ?? '';

const textsOf = (stage: readonly Instruction[], name: string) =>
  stage.filter((instruction) => instruction.name === name).map(({ text }) => text);

test('it builds in two stages, both from images that are named by digest', () => {
  const bases = stages.map(([from]) => baseOf(from));
  assert.equal(bases.length, 2);
  for (const base of bases) assert.match(base, /^[a-z0-9./-]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}$/);
});

test('it builds with the Node of the repository, and runs on the same line of it', () => {
  assert.ok(baseOf(builder[0]).startsWith(`node:${devDependencies.node}-`));
  const [major] = devDependencies.node.split('.');
  assert.match(baseOf(image[0]), new RegExp(`^gcr\\.io/distroless/nodejs${major}-debian`));
});

test('what .dockerignore lets through is enough to build the bundle, and nothing goes into the image that is not there', async () => {
  const context = join(temporary, 'context');
  const workdir = join(temporary, 'workdir');
  const [first, ...allowed] = (await readFile(join(ROOT, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(first, '*');
  for (const path of allowed.map((line) => line.replace(/^!/, '')))
    await cp(join(ROOT, path), join(context, path), { recursive: true });

  for (const { name, text } of builder) {
    if (name === 'COPY') {
      const paths = text.split(' ');
      const target = paths.pop() ?? '';
      for (const path of paths)
        await cp(join(context, path), target.endsWith('/') ? join(workdir, target, path) : join(workdir, target), {
          recursive: true,
        });
    }
    if (name !== 'RUN') continue;
    // What it installs is what the lockfile says, as it is here.
    if (text === 'npm ci --ignore-scripts') await symlink(join(ROOT, 'node_modules'), join(workdir, 'node_modules'));
    else await npmRun(workdir, text);
  }

  for (const text of textsOf(image, 'COPY')) {
    const paths = text.split(' ').slice(0, -1);
    const isBuilt = paths[0] === '--from=build';
    for (const path of isBuilt ? paths.slice(1) : paths)
      assert.ok((await stat(isBuilt ? path.replace(/^\/elasticweb/, workdir) : join(context, path))).isFile(), path);
  }
  assert.equal(await readFile(join(workdir, 'build', BUNDLE), 'utf8'), (await bundle()).get(BUNDLE));
});

async function npmRun(cwd: string, command: string): Promise<void> {
  const [, script = ''] = /^npm run ([a-z:]+)$/.exec(command) ?? assert.fail(`neither npm ci nor npm run: ${command}`);
  assert.ok(script in scripts, `package.json has no script ${script}`);
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  await run('npm', ['run', script], { cwd, env });
}

test('it runs what the install gives it arguments for, as the user that the install runs it as', () => {
  const { syncer } = new ElasticWebInstall(new Chart(new App(), 'chart'), 'install');
  const { spec } = syncer.toJson() as { spec: { template: { spec: PodSpec } } };
  const { securityContext, containers } = spec.template.spec;
  assert.equal(textsOf(image, 'USER')[0], `${securityContext.runAsUser}:${securityContext.runAsGroup}`);
  const entrypoint = JSON.parse(textsOf(image, 'ENTRYPOINT')[0] ?? '') as string[];
  assert.equal(entrypoint.at(-1), `/elasticweb/${BUNDLE}`);
  assert.equal(containers[0]?.command, undefined);
  assert.equal(containers[0]?.args[0], 'syncer');
});

test('what the file is made of, and under which terms, stands beside it', () => {
  const copied = textsOf(image, 'COPY').flatMap((text) => text.split(' '));
  for (const name of [BUNDLE, SBOM, 'LICENCES.txt']) assert.ok(copied.includes(`/elasticweb/build/${name}`), name);
});

interface PodSpec {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly { readonly command?: readonly string[]; readonly args: readonly string[] }[];
}
