/** Whether the bundle is all that the image needs beside Node, the same from every checkout, and under terms that are told. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { METRICS, ROOT, runHere } from '../cli/command.ts';
import { BUNDLE, bundle } from './bundle.ts';

const run = promisify(execFile);
const temporary = await mkdtemp(join(tmpdir(), 'elasticweb-image-'));
after(() => rm(temporary, { recursive: true, force: true }));
const built = await bundle();
const code = built.get(BUNDLE) ?? '';

test('another checkout of the same sources gives the same bytes', async () => {
  const checkout = join(temporary, 'a checkout', 'elsewhere');
  await mkdir(checkout, { recursive: true });
  for (const path of ['package.json', 'package-lock.json', 'tsconfig.json', 'src'])
    await cp(join(ROOT, path), join(checkout, path), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  assert.deepEqual(await bundle(checkout), built);
});

test('it names no place of the machine that built it', () => {
  for (const [name, text] of built) for (const place of [ROOT, tmpdir()]) assert.ok(!text.includes(place), name);
});

test('it loads nothing but modules of Node', () => {
  const loaded = [...code.matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, name = '']) => name);
  assert.ok(loaded.includes('node:https'), 'what it loads was not found');
  // A native library for a kind of signature that Amazon Managed Prometheus does not ask for; who does not have it does without.
  const optional = ['@aws-sdk/signature-v4-crt'];
  assert.deepEqual([...new Set(loaded.filter((name) => !isBuiltin(name)))], optional);
});

test('alone in a folder it does what the sources do', async () => {
  const folder = join(temporary, 'alone');
  await mkdir(folder);
  const file = join(folder, BUNDLE);
  await writeFile(file, code);
  const { stdout } = await run(process.execPath, [file, 'render', '-f', METRICS], { cwd: folder });
  assert.equal(stdout, (await runHere(['render', '-f', METRICS])).stdout);
});

test('functions have their names, for stack traces', () => {
  assert.match(code, /async function startSyncer\(/);
});

test('every package in it has its licence text beside it', () => {
  const licences = built.get('LICENCES.txt') ?? '';
  const parts = licences.split(`\n${'-'.repeat(80)}\n`);
  for (const name of ['undici', '@kubernetes/client-node', 'cdk8s', '@aws-sdk/core', 'yaml']) {
    const part = parts.find((text) => text.split('\n').some((line) => line.startsWith(`${name} `)));
    assert.match(part ?? '', /permission|Apache License/i, name);
  }
  const silent = parts.filter((text) => !/permission|Apache License/i.test(text));
  assert.deepEqual(silent, []);
});
