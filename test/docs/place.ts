/** Where a page is followed: a copy of the checkout, as after `npm ci`, or a project of the reader's own that has the package. */

import { chmod, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { build, makeProject } from '../cli/packed-project.ts';
import { ROOT } from './page.ts';

/** What users of the package have besides it. */
const TOOLS = ['cdk8s-cli', 'typescript', '@types/node'];

/** Copies what `git clone` and `npm ci` would give into a folder, so that nothing that a page does reaches the repository. */
export async function copyCheckout(folder: string): Promise<void> {
  const left = ['.git', 'lib', 'node_modules'];
  await mkdir(folder, { recursive: true });
  const entries = (await readdir(ROOT)).filter((entry) => !left.includes(entry));
  await Promise.all([
    ...entries.map((entry) => cp(join(ROOT, entry), join(folder, entry), { recursive: true })),
    build(join(folder, 'lib')),
    linkModules(join(ROOT, 'node_modules'), join(folder, 'node_modules')),
  ]);
}

/** Makes a folder that a cdk8s app with the package could be in. */
export async function makeReadersProject(folder: string): Promise<void> {
  await makeProject(folder, TOOLS);
  await linkModules(join(ROOT, 'node_modules/.bin'), join(folder, 'node_modules/.bin'), ['cdk8s', 'tsc']);
  await symlink('../elasticweb/lib/cli/bin.js', join(folder, 'node_modules/.bin/elasticweb'));
  await chmod(join(folder, 'node_modules/elasticweb/lib/cli/bin.js'), 0o755); // as npm does
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', type: 'module', private: true }));
}

/** The environment of a reader: nothing of whoever runs the tests but where programs are. */
export function readersEnvironment(home: string, bin: string): NodeJS.ProcessEnv {
  // `npm run` puts the repository's own programs there, which a reader has by `npx` only.
  const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  return {
    PATH: [bin, dirname(process.execPath), ...paths].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    KUBERC: 'off',
    // What `npx` finds, it finds here.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
}

/** One link a package: whatever removes them, `npm ci` say, removes links and not packages. */
async function linkModules(from: string, to: string, only?: readonly string[]): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = only ?? (await readdir(from));
  await Promise.all(
    entries.map((entry) =>
      entry.startsWith('@') || entry === '.bin'
        ? linkModules(join(from, entry), join(to, entry))
        : symlink(join(from, entry), join(to, entry)),
    ),
  );
}
