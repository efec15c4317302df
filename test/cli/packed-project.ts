/** The package as its users have it: made by `npm pack`, installed in a project that has nothing else. */

import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './command.ts';

const run = promisify(execFile);
export const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What the package says of itself. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

export const readPackageJson = async (): Promise<PackageJson> =>
  JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as PackageJson;

/**
 * Packs what the sources are now, and installs it in a project with what it says that it needs and nothing else, so that it cannot lean on
 * anything else. The repository is left alone.
 *
 * @param project an empty folder
 * @param besides packages that the user of this project has, too
 */
export async function makeProject(project: string, besides: readonly string[] = []): Promise<void> {
  const { dependencies, peerDependencies, peerDependenciesMeta } = await readPackageJson();
  const modules = join(project, 'node_modules');
  const installed = join(modules, 'elasticweb');
  await mkdir(installed, { recursive: true });
  const needed = Object.keys({ ...dependencies, ...peerDependencies });
  const links = [...needed.filter((name) => peerDependenciesMeta[name]?.optional !== true), ...besides];
  await Promise.all(
    links.map(async (name) => {
      await mkdir(dirname(join(modules, name)), { recursive: true });
      await symlink(join(ROOT, 'node_modules', name), join(modules, name));
    }),
  );
  const tarball = await pack(join(project, 'pack'));
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1']);
}

/** @returns the tarball */
async function pack(folder: string): Promise<string> {
  const listed = ['package.json', 'LICENSE', 'dist', 'src/tsconfig.json', 'test/fixtures'];
  await Promise.all([
    ...listed.map((path) => cp(join(ROOT, path), join(folder, path), { recursive: true })),
    build(join(folder, 'lib')),
  ]);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--loglevel=error'], { cwd: folder });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, filename);
}

/** Writes lib/ to a folder. What `npm ci` built is taken, unless a source changed since then. */
export async function build(folder: string): Promise<void> {
  if (await isBuilt()) return cp(join(ROOT, 'lib'), folder, { recursive: true });
  // The types were checked already: this is about what comes out.
  await run(process.execPath, [TSC, '-p', join(ROOT, 'src'), '--noCheck', '--outDir', folder]);
}

async function isBuilt(): Promise<boolean> {
  const timesOf = async (folder: string, extension: RegExp): Promise<Map<string, number>> => {
    const files = await readdir(join(ROOT, folder), { recursive: true }).catch(() => []);
    const modules = files.filter((file) => extension.test(file) && file !== 'main.ts');
    const time = async (file: string) => (await stat(join(ROOT, folder, file))).mtimeMs;
    return new Map(
      await Promise.all(modules.map(async (file) => [file.replace(extension, ''), await time(file)] as const)),
    );
  };
  const [sources, built] = await Promise.all([timesOf('src', /\.[tj]s$/), timesOf('lib', /(?<!\.d)\.js$/)]);
  const newest = Math.max(...sources.values(), (await stat(join(ROOT, 'src/tsconfig.json'))).mtimeMs);
  return built.size === sources.size && [...sources.keys()].every((name) => (built.get(name) ?? 0) >= newest);
}
