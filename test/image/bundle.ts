/** The whole command as one file, for the container image. Run as a program, it writes `build/`. */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type OnLoadResult, type Plugin } from 'esbuild';
import { licencesOf } from './licences.ts';
import { packagesOf, readPackage } from './packages.ts';
import { sbomOf } from './sbom.ts';

/** The command, which needs Node and nothing else. */
export const BUNDLE = 'elasticweb.cjs';
/** The software bill of materials, for those who look for packages with known holes. */
export const SBOM = 'elasticweb.cdx.json';
const ROOT = join(import.meta.dirname, '../..');

/** Files by their name in `build/`. */
export type BundleFiles = ReadonlyMap<string, string>;

/**
 * Bundles the sources in a checkout. The same sources and packages give the same bytes, wherever the checkout is.
 *
 * CommonJS, because an `import` of `node:http` from an ES module asks for everything that it exports, which loads a second undici, Node's own:
 * 90 ms and 13 MB. Without line breaks and comments, because V8 reads all of it at each start; names stay, for stack traces.
 */
export async function bundle(root = ROOT): Promise<BundleFiles> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/bin.ts'],
    outfile: `build/${BUNDLE}`,
    write: false,
    preserveSymlinks: true, // Paths stay those of the checkout, also where node_modules is elsewhere.
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: targetOf(await readFile(join(root, 'package.json'), 'utf8')),
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none', // The licences stand beside it, whole.
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    logOverride: { 'ignored-bare-import': 'error' },
    plugins: [narrow],
  });
  const files = outputFiles.map(({ path, text }) => [basename(path), text] as const);
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const packages = await packagesOf(root, inputs);
  const lock = await readFile(join(root, 'package-lock.json'), 'utf8');
  return new Map([
    ...files,
    ['LICENCES.txt', await licencesOf(root, packages)],
    [SBOM, sbomOf(await readPackage(root, ''), packages, lock)],
  ]);
}

/** The oldest Node that the package runs on, as esbuild writes it. */
function targetOf(packageJson: string): string {
  const { engines } = JSON.parse(packageJson) as { engines: { node: string } };
  return `node${engines.node.replace('>=', '')}`;
}

/**
 * What is taken of packages whose entry loads all that they have: 16 MB of models and calls, of which none is used, WebSockets, caches, mocks.
 * A file that an update moves fails the build.
 */
const NARROWED = [
  {
    path: '@kubernetes/client-node',
    importer: /[\\/]src[\\/]kube[\\/]/,
    contents: `export { KubeConfig } from '@kubernetes/client-node/dist/config.js';`,
  },
  {
    path: './gen/index.js',
    importer: /[\\/]client-node[\\/]dist[\\/]config\.js$/,
    contents: `export { createConfiguration } from './gen/configuration.js';
      export { ServerConfiguration } from './gen/servers.js';`,
  },
  {
    path: 'undici',
    importer: /[\\/]client-node[\\/]/,
    contents: `export { default as Agent } from 'undici/lib/dispatcher/agent.js';
      export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';
      export { fetch } from 'undici/lib/web/fetch/index.js';`,
  },
  {
    path: 'undici',
    importer: /[\\/]src[\\/]/,
    // The calls are put on the prototype by undici's entry, too.
    contents: `import calls from 'undici/lib/api/index.js';
      import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
      Object.assign(Dispatcher.prototype, calls);
      export { default as Pool } from 'undici/lib/dispatcher/pool.js';
      export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';`,
  },
] as const;

const narrow: Plugin = {
  name: 'narrow',
  setup(build) {
    const filter = /^(@kubernetes\/client-node|undici|\.\/gen\/index\.js)$/;
    build.onResolve({ filter }, ({ path, importer, resolveDir }) => {
      const index = NARROWED.findIndex((entry) => entry.path === path && entry.importer.test(importer));
      const contents = NARROWED[index]?.contents;
      return contents && { namespace: 'narrowed', path: `${index}`, pluginData: { contents, resolveDir } };
    });
    build.onLoad({ filter: /./, namespace: 'narrowed' }, ({ pluginData }) => pluginData as OnLoadResult);
  },
};

/** Writes `build/` anew. */
async function main(): Promise<void> {
  const folder = join(ROOT, 'build');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const [name, content] of await bundle()) {
    await writeFile(join(folder, name), content, { mode: name === BUNDLE ? 0o755 : 0o644 });
    process.stdout.write(`build/${name} ${(Buffer.byteLength(content) / 1e6).toFixed(1)} MB\n`);
  }
}

if (import.meta.main) await main();
