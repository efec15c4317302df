/** The customization of docs/argocd in the Lua of Argo CD: its own tests, in Argo CD's own format. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';
import { argoHealthOf, CUSTOMIZATION, type HealthStatus, runLua } from './argo-cd.ts';
import { STATES, stateOf } from './states.ts';

/** What Argo CD's own test runner reads. */
interface HealthTests {
  readonly tests: readonly { readonly inputPath: string; readonly healthStatus: HealthStatus }[];
}
interface ActionTests {
  readonly discoveryTests: readonly {
    readonly inputPath: string;
    readonly result: readonly { readonly name: string; readonly disabled?: boolean }[];
  }[];
  readonly actionTests: readonly {
    readonly action: string;
    readonly inputPath: string;
    readonly expectedOutputPath: string;
  }[];
}

// Files of the repository; what is wrong in one of them makes a test fail.
const read = (path: string): unknown => parse(readFileSync(join(CUSTOMIZATION, path), 'utf8'));
const web = (path: string) => read(path) as ElasticWebResource;

const { tests } = read('health_test.yaml') as HealthTests;

for (const { inputPath, healthStatus } of tests) {
  test(`Argo CD shows ${inputPath} as ${healthStatus.status}`, async () => {
    const object = web(inputPath);
    assert.deepEqual(await argoHealthOf([object]), [healthStatus]);
    assert.equal(healthStatus.status, STATES[stateOf(object)].argo, 'by the table');
  });
}

test('every example has a test, and every state but none is left out', () => {
  const files = readdirSync(join(CUSTOMIZATION, 'testdata')).map((file) => `testdata/${file}`);
  assert.deepEqual(tests.map(({ inputPath }) => inputPath).sort(), files.sort());
  assert.deepEqual(new Set(files.map((file) => stateOf(web(file)))), new Set(Object.keys(STATES)));
});

test('an object of which parts are missing is waited for, and ends in no error', async () => {
  const { status, ...bare } = web('testdata/healthy.yaml');
  const { conditions, ...unsaid } = status ?? {};
  for (const object of [bare, { ...bare, status: {} }, { ...bare, status: unsaid }]) {
    assert.deepEqual(
      (await argoHealthOf([object])).map((health) => health.status),
      ['Progressing'],
    );
  }
});

const { discoveryTests, actionTests } = read('actions/action_test.yaml') as ActionTests;

for (const { inputPath, result } of discoveryTests) {
  test(`Argo CD offers for ${inputPath} what can be done`, async () => {
    const [found] = (await runLua('actions/discovery.lua', [web(join('actions', inputPath))])) as [
      Record<string, { disabled: boolean }>,
    ];
    const offered = Object.entries(found).map(([name, { disabled }]) => ({ name, disabled }));
    const expected = result.map(({ name, disabled = false }) => ({ name, disabled }));
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    assert.deepEqual(offered.sort(byName), expected.sort(byName));
  });
}

for (const { action, inputPath, expectedOutputPath } of actionTests) {
  test(`Argo CD's action ${action} makes of ${inputPath} what is in ${expectedOutputPath}`, async () => {
    const [made] = await runLua(`actions/${action}/action.lua`, [web(join('actions', inputPath))]);
    assert.deepEqual(made, web(join('actions', expectedOutputPath)));
  });
}
