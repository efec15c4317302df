/** `npx elasticweb` in a checkout: it runs what was built last, and does not build it again. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../cli/command.ts';

const run = promisify(execFile);
/** A checkout in which `tsc` takes no time: what it builds is a command that says how many builds there were. */
let checkout: string;
let home: string;

const TSC = `#!/usr/bin/env node
const fs = require('node:fs');
const builds = fs.existsSync('builds') ? Number(fs.readFileSync('builds', 'utf8')) + 1 : 1;
fs.writeFileSync('builds', String(builds));
fs.mkdirSync('lib/cli', { recursive: true });
fs.writeFileSync('lib/cli/bin.js', '#!/usr/bin/env node\\nconsole.log("build ' + builds + '")\\n');
`;

before(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'elasticweb-npx-')));
  checkout = join(home, 'checkout');
  await mkdir(join(checkout, 'node_modules/.bin'), { recursive: true });
  const { scripts, name, version, type, bin, files } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, unknown>>;
  await Promise.all([
    writeFile(join(checkout, 'package.json'), JSON.stringify({ scripts, name, version, type, bin, files })),
    writeFile(join(checkout, 'node_modules/.bin/tsc'), TSC, { mode: 0o755 }),
    cp(join(ROOT, 'src/cli/node-version.js'), join(checkout, 'src/cli/node-version.js')),
  ]);
});
after(() => rm(home, { recursive: true, force: true }));

/** Runs npm, or npx, as somebody who has not run it before, and without a registry. */
async function inCheckout(program: 'npm' | 'npx', ...args: string[]): Promise<string> {
  // Of `npm run` there is much in the environment that says what npm is doing.
  const left = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = {
    ...Object.fromEntries(left),
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    npm_config_cache: join(home, 'cache'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  const { stdout } = await run(program, args, { cwd: checkout, env });
  return stdout;
}

test('npx elasticweb runs what was built last, and only what is installed or packed is built first', async () => {
  await inCheckout('npm', 'install');
  assert.equal(await inCheckout('npx', 'elasticweb'), 'build 1\n', 'after the installation');
  assert.equal(await inCheckout('npx', 'elasticweb'), 'build 1\n', 'once more');
  await inCheckout('npm', 'run', 'build');
  assert.equal(await inCheckout('npx', 'elasticweb'), 'build 2\n', 'after another build');
  await inCheckout('npm', 'install');
  assert.equal(await inCheckout('npx', 'elasticweb'), 'build 3\n', 'after another installation');
  await inCheckout('npm', 'pack');
  assert.equal(await inCheckout('npx', 'elasticweb'), 'build 4\n', 'after it was packed');
});

test('where nothing was built yet, npx elasticweb builds it', async () => {
  await rm(join(home, 'cache'), { recursive: true });
  await rm(join(checkout, 'lib'), { recursive: true });
  assert.match(await inCheckout('npx', 'elasticweb'), /^build \d\n$/);
});
