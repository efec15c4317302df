/** What is generated from the CRDs of the Prometheus Operator is what would be generated now. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { generateMonitoringImports } from '../generated/generate.ts';

const root = join(import.meta.dirname, '../..');

test('imports/ has what cdk8s makes of the CRDs of the Prometheus Operator', async () => {
  const generated = await generateMonitoringImports();
  assert.deepEqual([...generated.keys()], ['imports/monitoring.coreos.com.ts']);
  for (const [path, text] of generated) {
    assert.ok((await readFile(join(root, path), 'utf8')) === text, `${path} is stale: npm run generate`);
  }
});
