/** What is installed with the package: from the registry alone, whole, under licences that allow it, and running nothing on the way. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  /** Comes inside of the package above it. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Readonly<Record<string, Locked>>;
};
const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  allowScripts: Readonly<Record<string, boolean>>;
};
const dependencies = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Whoever uses the product may use, change and pass on these without giving their own source away. */
const PERMISSIVE = new Set([
  ...['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense'],
  ...['CC0-1.0', 'Python-2.0', 'PSF-2.0'],
]);

/** Of licences to choose from, one is enough; of those that hold together, all count. https://spdx.dev/learn/handling-license-info */
function isPermissive(expression: string): boolean {
  const choices = expression.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((licence) => PERMISSIVE.has(licence)));
}

test('every dependency comes from a registry, and is what was locked', () => {
  assert.ok(dependencies.length > 100);
  for (const [path, { version, resolved, integrity, link, inBundle }] of dependencies) {
    assert.ok(link !== true, `${path} is a folder of this machine`);
    assert.match(version ?? '', /^\d+\.\d+\.\d+/, path);
    // A repository or an address of its own would stand here; what the registry has needs no address, and .npmrc lets none be written.
    assert.equal(resolved, undefined, path);
    if (inBundle !== true) assert.match(integrity ?? '', /^sha512-/, path);
  }
});

test('every dependency, of the tests as well, has a licence that asks for no more than its mention', () => {
  for (const [path, { license }] of dependencies) {
    assert.ok(isPermissive(license ?? ''), `${path}: ${license ?? 'no licence'}`);
  }
});

test('each dependency with an install script is named, and allowed or refused', () => {
  const withScript = dependencies.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  for (const [path] of withScript) assert.ok(Object.hasOwn(allowScripts, nameOf(path)), path);
});

test('where something is published or runs for long, an install script that is not named ends the installation', () => {
  for (const name of ['faults', 'release']) {
    const text = readFileSync(join(root, `.github/workflows/${name}.yaml`), 'utf8');
    for (const [line] of text.matchAll(/^.*run: npm ci.*$/gm)) assert.match(line, / --(strict-allow|ignore)-scripts$/);
  }
});

test('nothing that runs at a user has an install script', () => {
  const shipped = dependencies.filter(([, { dev, hasInstallScript }]) => dev !== true && hasInstallScript === true);
  assert.deepEqual(
    shipped.map(([path]) => path),
    [],
  );
});
