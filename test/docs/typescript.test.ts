/** All TypeScript of the documentation, in its pages and its examples, works for somebody who has the package. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { TSC } from '../cli/packed-project.ts';
import { temporaryDirectory } from '../control-plane/guard.ts';
import { appNames, copyExamples, EXAMPLES, statementLines, WRITTEN } from './examples.ts';
import { pagePaths, readPage, ROOT } from './page.ts';
import { makeReadersProject, readersEnvironment } from './place.ts';

const run = promisify(execFile);
const project = temporaryDirectory('elasticweb-docs-');
const built = join(project.path, 'built');
const out = join(project.path, 'out');
const env = { ...readersEnvironment(project.path, project.path), CDK8S_OUTDIR: out };
const node = (...args: string[]) => run(process.execPath, args, { cwd: project.path, env });

/** What the compiler complained about; nothing, if it did not. */
let complaints: string;

describe('for somebody who has the package', () => {
  before(async () => {
    await makeReadersProject(project.path);
    await Promise.all([copyExamples(project.path), ...pagePaths().map(copyFences)]);
    complaints = await compile();
  });
  after(() => project[Symbol.asyncDispose]());

  test('it compiles', () => assert.equal(complaints, ''));

  test('the examples write what is committed beside them', async () => {
    await Promise.all(appNames().map((name) => node(join(built, EXAMPLES, `${name}.js`))));
    const written = new Map([...textsIn(out)].map(([file, text]) => [file, withoutCrd(text)] as const));
    if (process.env.UPDATE_GOLDEN === '1') {
      for (const [file, text] of written) writeFileSync(join(WRITTEN, file), text);
    }
    const committed = textsIn(WRITTEN);
    assert.deepEqual([...committed.keys()].sort(), [...written.keys()].sort());
    for (const [file, text] of written) {
      assert.equal(text, committed.get(file), `${file} differs; if it should: UPDATE_GOLDEN=1 npm run test:unit`);
    }
  });

  test('the example of a test passes, and its snapshot is the one that is committed', async () => {
    const { stdout } = await node('--test', join(EXAMPLES, 'shop.test.ts'));
    assert.match(stdout, /pass 3/);
  });
});

test("the requirements' sample takes fewer than ten lines, and many more without elasticweb, for the same bytes", () => {
  const written = textsIn(WRITTEN);
  assert.equal(written.get('requirements-sample.k8s.yaml'), written.get('with-cdk8s-plus.k8s.yaml'));
  const [ours, theirs] = [statementLines('requirements-sample'), statementLines('with-cdk8s-plus')];
  assert.ok(ours < 10, `it takes ${ours}`);
  const said = `${ours} lines, against ${theirs}`;
  assert.ok(readFileSync(join(ROOT, 'docs/cdk8s.md'), 'utf8').includes(said), `docs/cdk8s.md does not say "${said}"`);
});

/** Writes a page's blocks of TypeScript behind as many lines as in the page, so that complaints name them. */
async function copyFences(path: string): Promise<void> {
  for (const { language, text, line, file = `line-${line}.ts`, notRun } of readPage(path).blocks) {
    if (language !== 'ts' || notRun !== undefined) continue;
    const place = join(project.path, 'pages', path, file);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, '\n'.repeat(line) + text);
  }
}

async function compile(): Promise<string> {
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024'],
    types: ['node'],
    skipLibCheck: true, // test/cli/package.test.ts looks at what the package itself declares.
    rewriteRelativeImportExtensions: true,
    rootDir: '.',
    outDir: 'built',
  };
  const config = { compilerOptions, include: ['pages', 'docs', 'imports'] };
  await writeFile(join(project.path, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = await node(TSC, '-p', '.').catch((error: unknown) => error as { stdout: string });
  return stdout;
}

const textsIn = (folder: string): Map<string, string> =>
  new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));

/** The CRD changes with every field, and is in dist/. */
const withoutCrd = (yaml: string): string =>
  yaml
    .split('---\n')
    .filter((document) => !document.includes('\nkind: CustomResourceDefinition\n'))
    .join('---\n');
