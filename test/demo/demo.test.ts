/** The demo as a new user starts it, with its output in a pipe. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../control-plane/guard.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

test('the demo plays to its end, without colour in a pipe, and ends what it started', async () => {
  await using directory = temporaryDirectory('elasticweb-test-');
  const svg = join(directory.path, 'chart.svg');
  const args = [join(root, 'test/demo/demo.ts'), `--svg=${svg}`];
  const { stdout } = await run(process.execPath, args, { cwd: root, timeout: 240_000 });

  assert.match(stdout, /^That was everything, in [\d.]+ s\.$/m);
  assert.ok(!stdout.includes('\u001b'), 'no escape sequences');
  assert.doesNotMatch(stdout, /✗/);
  const chapters = [...stdout.matchAll(/^\d+\. /gm)];
  assert.equal(chapters.length, 12);
  assert.match(stdout, /^requests per second .*load.*capacity$/m, 'the chart of the last chapter');
  assert.match(readFileSync(svg, 'utf8'), /^<svg /);
  const kubeconfigs = [...stdout.matchAll(/elasticweb-control-plane-\w+/g)];
  assert.deepEqual(kubeconfigs, [], 'without --keep, the cluster is nobody else’s business');
});

test('the demo on a cluster that is not there says so and changes nothing', async () => {
  const demo = run(process.execPath, [join(root, 'test/demo/demo.ts'), '--context=no-such-context', '--yes'], {
    cwd: root,
    env: { ...process.env, KUBECONFIG: '/nonexistent' },
  });

  await assert.rejects(demo, (error: { code: number; stdout: string }) => {
    assert.equal(error.code, 1);
    assert.match(error.stdout, /no-such-context|kubectl/);
    return true;
  });
});
