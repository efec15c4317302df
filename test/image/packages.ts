/** Which packages a bundle is made of. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package of which a file is in the bundle. */
export interface BundledPackage {
  /** `node_modules/a/node_modules/@b/c`; empty for the package that is built. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX identifier or expression. */
  readonly license: string;
  /** Names of what it may use, whether that is in the bundle or not. */
  readonly uses: readonly string[];
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** Some name here alone what they use if it is there. */
  readonly peerDependenciesMeta?: Readonly<Record<string, object>>;
}

/**
 * @param inputs files that are in the bundle, relative to `root`
 * @throws Error if a package does not say what its licence is
 */
export async function packagesOf(root: string, inputs: readonly string[]): Promise<BundledPackage[]> {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  return Promise.all([...folders].sort().map((folder) => readPackage(root, folder)));
}

/** The package in a folder of a checkout. */
export async function readPackage(root: string, folder: string): Promise<BundledPackage> {
  const json = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as PackageJson;
  const { name, version, license } = json;
  if (license === undefined) throw new Error(`${folder}: expected a licence in its package.json, found none`);
  const uses = Object.keys({
    ...{ ...json.dependencies, ...json.optionalDependencies },
    ...{ ...json.peerDependencies, ...json.peerDependenciesMeta },
  });
  return { folder, name, version, license, uses };
}

/** The package's folder of a file, with slashes; undefined for files of no package. */
function packageFolder(input: string): string | undefined {
  const [folder] = /^(?:.*[\\/])?node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(input) ?? [];
  return folder?.replaceAll('\\', '/');
}
