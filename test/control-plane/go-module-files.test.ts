import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { goModuleDirectory } from './go-module-files.ts';
import { downloadGoModule, findGo } from './go.ts';
import { temporaryDirectory } from './guard.ts';

const FLUX = 'github.com/fluxcd/kustomize-controller';

test('files of a module are those of the version in go.mod', async () => {
  const directory = await goModuleDirectory(FLUX);

  assert.ok(existsSync(join(directory, 'config/crd/bases')));
  const [, version = 'none'] = new RegExp(`${FLUX} (v\\S+)`).exec(goMod()) ?? [];
  assert.ok(directory.endsWith(`@${version}`), directory);
});

test('a module that go.mod does not name is not fetched, and the error says which it was', async () => {
  await assert.rejects(goModuleDirectory('example.com/unknown'), /Go module example\.com\/unknown of .*: .*unknown/s);
});

test('a module that is not the one of go.sum is not believed', async () => {
  await using owned = new AsyncDisposableStack();
  const directory = owned.use(temporaryDirectory('elasticweb-test-')).path;
  writeFileSync(join(directory, 'go.mod'), goMod());
  const other = 'h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  writeFileSync(join(directory, 'go.sum'), goMod('go.sum').replaceAll(/h1:\S+/g, other));

  const toolchain = await findGo(directory);

  await assert.rejects(downloadGoModule(FLUX, { directory, toolchain }), /checksum mismatch/);
});

function goMod(file = 'go.mod'): string {
  return readFileSync(join(import.meta.dirname, 'modules', file), 'utf8');
}
