/** There is one version, and it stands in two places. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { VERSION } from '../../src/api/version.ts';

test('the version of the code is that of package.json', async () => {
  const text = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8');
  assert.equal(VERSION, (JSON.parse(text) as { readonly version: string }).version);
});
