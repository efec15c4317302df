/**
 * What a bundle is made of, as a CycloneDX document: https://cyclonedx.org/docs/1.6/json/
 *
 * `npm sbom` lists all that is installed, of which the bundle has a part, and the libraries for such documents bring models of everything that
 * one can say, for the five things that are said here. One of them checks the result, in the test.
 *
 * The same sources give the same bytes: it has no time, which is optional, and its serial number, which those who sign it ask for, is made
 * from the rest.
 */

import { createHash } from 'node:crypto';
import type { BundledPackage } from './packages.ts';

interface Locked {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}

/**
 * @param built the package that the bundle is of
 * @param packages what is in it beside its own files
 * @param lock the text of package-lock.json
 */
export function sbomOf(built: BundledPackage, packages: readonly BundledPackage[], lock: string): string {
  const { packages: locked } = JSON.parse(lock) as Locked;
  const folders = new Map(packages.map((one) => [one.folder, one]));
  // One version of a package may be there twice, in the folders of two that use it.
  const components = new Map<string, object>();
  const uses = new Map<string, Set<string>>();
  for (const one of [built, ...packages]) {
    const ref = purlOf(one);
    if (one !== built)
      components.set(ref, { type: 'library', ...known(one), ...hashes(locked[one.folder]?.integrity) });
    const found = one.uses.map((name) => resolved(one.folder, name, folders)).filter((used) => used !== undefined);
    uses.set(ref, new Set([...(uses.get(ref) ?? []), ...found.map(purlOf)]));
  }
  const content = {
    metadata: { component: { type: 'application', ...known(built) } },
    components: inOrder(components).map(([, component]) => component),
    dependencies: inOrder(uses).map(([ref, used]) => ({ ref, dependsOn: [...used].sort() })),
  };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A UUID of version 8, whose digits are free but for two: https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
function uuidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`];
  return [...parts, digits.slice(20, 32)].join('-');
}

function known(one: BundledPackage) {
  const { name, version, license } = one;
  const licence = /^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license };
  return { 'bom-ref': purlOf(one), name, version, purl: purlOf(one), licenses: [licence] };
}

/** https://github.com/package-url/purl-spec */
function purlOf({ name, version }: BundledPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
}

/** That of the package as it is published; a package that comes inside of another one has none. */
function hashes(integrity: string | undefined) {
  const [, sha512] = /^sha512-(\S+)$/.exec(integrity ?? '') ?? [];
  if (sha512 === undefined) return {};
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }] };
}

/** Who a name means in a folder: as Node looks for it, from there upwards. */
function resolved(
  folder: string,
  name: string,
  folders: ReadonlyMap<string, BundledPackage>,
): BundledPackage | undefined {
  const found = folders.get(`${folder === '' ? '' : `${folder}/`}node_modules/${name}`);
  if (found !== undefined || folder === '') return found;
  const above = folder.lastIndexOf('/node_modules/');
  return resolved(above === -1 ? '' : folder.slice(0, above), name, folders);
}

function inOrder<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
