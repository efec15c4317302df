/** What a cdk8s app loads with `import ... from 'elasticweb'`: the constructs, and no Kubernetes client. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Prints what a module exports, and every module that is loaded with it: ES modules as they are resolved, CommonJS from its cache. */
const spy = `
  import { createRequire, registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      loaded.add(found.url);
      return found;
    },
  });
  const names = Object.keys(await import(process.argv[1]));
  for (const path of Object.keys(createRequire(import.meta.url).cache)) loaded.add(path);
  console.log(JSON.stringify({ names, loaded: [...loaded] }));
`;

const args = ['--input-type=module', '--eval', spy, join(root, 'src/index.ts')];
const { stdout } = await run('node', args, { cwd: root });
const { names, loaded } = JSON.parse(stdout) as { readonly names: string[]; readonly loaded: readonly string[] };
const matching = (pattern: RegExp) => [...new Set(loaded.flatMap((path) => pattern.exec(path)?.[1] ?? []))].sort();

test('the entry point loads the constructs and no Kubernetes client', () => {
  const packages = matching(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  for (const needed of ['cdk8s', 'constructs', 'cdk8s-plus-27']) assert.ok(packages.includes(needed), needed);
  for (const unwanted of ['@kubernetes/client-node', 'undici', 'commander']) {
    assert.ok(!packages.includes(unwanted), unwanted);
  }
});

test('the entry point loads two folders of src/', () => {
  const ours = loaded.filter((path) => !path.includes('/node_modules/'));
  assert.ok(ours.length > 10, `only ${ours.length} files`);
  assert.deepEqual(matching(/^(?!.*\/node_modules\/).*\/src\/(\w+)\//), ['api', 'construct']);
});

test('the entry point exports what users work with, and nothing by accident', () => {
  assert.deepEqual(names.sort(), [
    ...[
      'API_VERSION',
      'ElasticWeb',
      'ElasticWebCrd',
      'ElasticWebInstall',
      'ElasticWebMonitoring',
      'ElasticWebResource',
    ],
    ...['GROUP', 'InvalidPropsError', 'KIND', 'PLURAL', 'manifestsOf', 'render', 'validate'],
  ]);
});
