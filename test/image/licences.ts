/** Under which terms the packages of a bundle are: their names, versions and licence texts, as those ask for. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

interface Licence {
  /** `undici 8.12.4 (MIT)`. */
  readonly title: string;
  /** What its kind is called: `MIT`. */
  readonly kind: string;
  /** Empty if the package has it not. */
  readonly text: string;
}

/**
 * @param inputs files that are in the bundle, relative to `root`
 * @returns each licence text once, under the packages that it is for
 * @throws Error if a package does not say what its licence is, or nobody has the text
 */
export async function licencesOf(root: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = await Promise.all([...folders].sort().map((folder) => licenceOf(root, folder)));
  const byText = Map.groupBy(packages, (licence) => textOf(licence, packages));
  const parts = [...byText].map(
    ([text, of]) => `${[...new Set(of.map(({ title }) => title))].join('\n')}\n\n${text}\n`,
  );
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Some of a family of packages come without the text that the others have. */
function textOf({ title, kind, text }: Licence, packages: readonly Licence[]): string {
  if (text !== '') return text;
  const other = packages.find((candidate) => candidate.kind === kind && candidate.text !== '');
  if (other === undefined)
    throw new Error(`${title}: expected a licence text in the package or in another one of its kind`);
  return other.text;
}

/** `node_modules/a/node_modules/@b/c` of a file in that package; undefined for files of no package. */
function packageFolder(input: string): string | undefined {
  return /^(?:.*[\\/])?node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(input)?.[0];
}

async function licenceOf(root: string, folder: string): Promise<Licence> {
  const directory = join(root, folder);
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as PackageJson;
  if (license === undefined) throw new Error(`${folder}: expected a licence in its package.json, found none`);
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return {
    title: `${name} ${version} (${license})`,
    kind: license,
    text: texts.map((text) => text.trim()).join('\n\n'),
  };
}
