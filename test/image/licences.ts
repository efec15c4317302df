/** Under which terms the packages of a bundle are: their names, versions and licence texts, as those ask for. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundledPackage } from './packages.ts';

interface Licence {
  /** `undici 8.12.4 (MIT)`. */
  readonly title: string;
  /** What its kind is called: `MIT`. */
  readonly kind: string;
  /** Empty if the package has it not. */
  readonly text: string;
}

/**
 * @returns each licence text once, under the packages that it is for
 * @throws Error if nobody has the text
 */
export async function licencesOf(root: string, bundled: readonly BundledPackage[]): Promise<string> {
  const packages = await Promise.all(bundled.map((one) => licenceOf(root, one)));
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

async function licenceOf(root: string, { folder, name, version, license }: BundledPackage): Promise<Licence> {
  const directory = join(root, folder);
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return {
    title: `${name} ${version} (${license})`,
    kind: license,
    text: texts.map((text) => text.trim()).join('\n\n'),
  };
}
