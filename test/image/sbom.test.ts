/** Whether the software bill of materials of the bundle is one, and has what is in the bundle. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { ROOT } from '../cli/command.ts';
import { bundle, SBOM } from './bundle.ts';
import type { BundledPackage } from './packages.ts';
import { sbomOf } from './sbom.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly ({ readonly license: { readonly id: string } } | { readonly expression: string })[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}
interface Sbom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const built = await bundle();
const text = built.get(SBOM) ?? '';
const sbom = JSON.parse(text) as Sbom;

test('it is what the schema of CycloneDX 1.6 asks for', async () => {
  const schemas = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
  const read = async (name: string) =>
    JSON.parse(await readFile(join(schemas, '../res/schema', name), 'utf8')) as object;
  // What has a format beside a pattern is not in ours.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const file = `${name}.SNAPSHOT.schema.json`;
    ajv.addSchema(await read(file), `http://cyclonedx.org/schema/${file}`);
  }
  const isValid = ajv.compile(await read('bom-1.6.SNAPSHOT.schema.json'));
  assert.ok(isValid(sbom), JSON.stringify(isValid.errors));
  assert.ok(!isValid({ ...sbom, components: [{ type: 'library' }] }));
});

test('it has every package that LICENCES.txt names, and no other', () => {
  const titles = (built.get('LICENCES.txt') ?? '')
    .split(`\n${'-'.repeat(80)}\n\n`)
    .flatMap((part) => part.slice(0, part.indexOf('\n\n')).split('\n'));
  const listed = sbom.components.map(({ name, version, licenses: [licence] }) => {
    assert.ok(licence !== undefined, name);
    return `${name} ${version} (${'license' in licence ? licence.license.id : licence.expression})`;
  });
  assert.deepEqual(listed.sort(), [...new Set(titles)].sort());
});

test('it is of this version of elasticweb, which is the only package that nobody uses', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const { component } = sbom.metadata;
  assert.equal(component.purl, `pkg:npm/elasticweb@${version}`);
  const used = new Set(sbom.dependencies.flatMap(({ dependsOn }) => dependsOn));
  const unused = sbom.dependencies.map(({ ref }) => ref).filter((ref) => !used.has(ref));
  assert.deepEqual(unused, [component['bom-ref']]);
  const refs = [component, ...sbom.components].map((one) => one['bom-ref']);
  assert.equal(new Set(refs).size, refs.length);
  for (const ref of used) assert.ok(refs.includes(ref), ref);
});

test('packages have the hash by which npm knows them', async () => {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>;
  };
  const undici = sbom.components.find(({ purl }) => purl.startsWith('pkg:npm/undici@'));
  const sha512 = Buffer.from(undici?.hashes?.[0]?.content ?? '', 'hex').toString('base64');
  assert.equal(`sha512-${sha512}`, packages['node_modules/undici']?.integrity);
  const without = sbom.components.filter(({ hashes }) => hashes === undefined).map(({ name }) => name);
  // It comes inside of cdk8s.
  assert.deepEqual(without, ['fast-json-patch']);
});

test('it says nothing of when and where it was made', () => {
  assert.ok(!text.includes('timestamp'));
  assert.ok(!text.includes(ROOT));
});

const one = (folder: string, name: string, uses: string[] = [], version = '1.0.0'): BundledPackage => {
  return { folder, name, version, license: 'MIT', uses };
};

test('of two versions of a package each is used by those in whose folders it is', () => {
  const packages = [
    one('node_modules/@a/b', '@a/b', ['c', 'not-in-it'], '1.0.0+x'),
    one('node_modules/@a/b/node_modules/c', 'c', ['d'], '2.0.0'),
    one('node_modules/c', 'c'),
    one('node_modules/d', 'd'),
    one('node_modules/d/node_modules/c', 'c', [], '2.0.0'),
  ];
  const made = JSON.parse(sbomOf(one('', 'root', ['@a/b', 'c']), packages, '{"packages":{}}')) as Sbom;
  assert.deepEqual(made.dependencies, [
    { ref: 'pkg:npm/%40a/b@1.0.0%2Bx', dependsOn: ['pkg:npm/c@2.0.0'] },
    { ref: 'pkg:npm/c@1.0.0', dependsOn: [] },
    { ref: 'pkg:npm/c@2.0.0', dependsOn: ['pkg:npm/d@1.0.0'] },
    { ref: 'pkg:npm/d@1.0.0', dependsOn: [] },
    { ref: 'pkg:npm/root@1.0.0', dependsOn: ['pkg:npm/%40a/b@1.0.0%2Bx', 'pkg:npm/c@1.0.0'] },
  ]);
  assert.equal(made.components.length, 4);
});

test('what differs has another serial number', () => {
  const serial = (version: string) => {
    const made = sbomOf(one('', 'root', ['c']), [one('node_modules/c', 'c', [], version)], '{"packages":{}}');
    return (JSON.parse(made) as { readonly serialNumber: string }).serialNumber;
  };
  assert.equal(serial('1.0.0'), serial('1.0.0'));
  assert.notEqual(serial('1.0.0'), serial('1.0.1'));
});
