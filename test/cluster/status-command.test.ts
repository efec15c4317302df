/** What people see of ElasticWebs with `elasticweb status`, on a real API server. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { DEPLOYMENT, ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { BIN, type Outcome, ROOT, runProcess } from '../cli/command.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { SMALL, useWorld } from './world.ts';

const world = await useWorld();
const { kubeconfig } = useControlPlane();
const ARGS = ['status', `--kubeconfig=${kubeconfig}`, '--context=admin', `--namespace=${world.namespace}`];

const ofAll = ARGS.slice(0, -1);

const status = (...flags: string[]): Promise<Outcome> => runProcess([...ARGS, ...flags]);
const cells = (line: string | undefined): string[] => (line ?? '').split(/ {3,}/);

test('without any ElasticWeb it says so, and that is no error', async () => {
  const { exitCode, stdout, stderr } = await status();
  assert.deepEqual([exitCode, stdout], [0, '']);
  assert.equal(stderr, `no ElasticWebs in ${world.namespace}\n`);
});

test('it shows capacity, pods and reason of each, and says which no syncer watches', async () => {
  await world.create('shop', { totalQPS: 700 });
  await world.create('manual', { replicas: 1 });
  await world.create('measured', { autoscaling: { minReplicas: 1, maxReplicas: 9 } });
  const metadata = { ...world.named('unseen'), labels: { [OWN_SYNCER_LABEL]: 'nobody' } };
  await world.make(ELASTIC_WEB, 'unseen', { metadata, spec: SMALL });
  for (const name of ['shop', 'manual', 'measured']) await world.ready(name);

  const { exitCode, stdout, stderr } = await status();

  assert.equal(exitCode, 0, stderr);
  const [header, ...lines] = stdout.trimEnd().split('\n');
  assert.deepEqual(cells(header), ['NAME', 'QPS', 'CAPACITY', 'PODS', 'LIMITS', 'REASON', 'MEASURED']);
  assert.deepEqual(lines.map(cells), [
    ['manual', '-', '500', '1/1', '-', 'ManualOverride', '-'],
    ['measured', '-', '500', '1/1', '1-9', 'NoMetricsSource', '-'],
    ['shop', '-', '1000', '2/2', '-', 'DeclaredLoad', '-'],
    ['unseen', '-', '-', '-', '-', 'NoSyncer', '-'],
  ]);
  assert.match(stderr, /^no syncer has looked at 1 ElasticWeb: is one running, .*\n$/);
});

test('a load that was measured is shown with its age', async () => {
  const scaling = { observedMilliQPS: 650_250, observedTime: new Date(Date.now() - 90 * 60_000).toISOString(), reason: 'Saturated' }; // prettier-ignore
  await world.client.mergePatch(
    ELASTIC_WEB,
    world.named('unseen'),
    { spec: { autoscaling: { maxReplicas: 5 } }, status: { observedGeneration: 1 } },
    { fieldManager: 'test' },
  );
  await world.client.mergePatch(
    ELASTIC_WEB,
    world.named('unseen'),
    { status: { observedGeneration: 2, scaling, realQPS: 500, replicas: 2, readyReplicas: 1, desiredReplicas: 2 } },
    { fieldManager: 'test', subresource: 'status' },
  );

  const { stdout } = await status('--selector', `${OWN_SYNCER_LABEL}=nobody`);

  const [, line] = stdout.split('\n');
  assert.match(line ?? '', /^unseen +650 +500 +1\/2 +1-5 +Saturated +1h3\dm ago$/);
});

test('of all namespaces, each row tells its own', async () => {
  const { stdout } = await runProcess([...ofAll, '--selector', `${OWN_SYNCER_LABEL}=nobody`]);
  const mine = stdout
    .split('\n')
    .map(cells)
    .filter(([namespace]) => namespace === world.namespace);
  assert.deepEqual(
    mine.map(([, name]) => name),
    ['unseen'],
  );
});

test('-o json gives an object a line', async () => {
  const { stdout } = await status('-o', 'json');
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; capacityQps?: number; reason: string });
  assert.deepEqual(
    rows.map(({ name, capacityQps }) => [name, capacityQps]),
    [
      ['manual', 500],
      ['measured', 500],
      ['shop', 1000],
      ['unseen', 500],
    ],
  );
});

test('-o yaml gives a document each, with the same fields', async () => {
  const [yaml, json] = await Promise.all([status('-o', 'yaml'), status('-o', 'json')]);
  assert.deepEqual(
    parseAllDocuments(yaml.stdout).map((document) => document.toJS() as unknown),
    json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  );
});

test('of those that are named, it says more about their reasons', async () => {
  const outcome = await status('shop', `${world.namespace}/manual`);
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  const [, manual, shop, more, ...rest] = outcome.stdout.split('\n');
  assert.deepEqual([cells(manual)[0], cells(shop)[0], rest], ['manual', 'shop', ['']]);
  assert.match(more ?? '', /^test-\w+\/manual: ManualOverride: spec\.replicas sets 1 by hand; remove it/);
});

test('one that is named and not there is an error, and the others are shown', async () => {
  const [outcome, elsewhere] = await Promise.all([status('nowhere', 'shop'), status('elsewhere/shop')]);
  assert.deepEqual([outcome.exitCode, elsewhere.exitCode], [1, 1]);
  assert.match(outcome.stdout, /^NAME .*\nshop .*\n$/);
  assert.equal(
    outcome.stderr,
    `no ElasticWeb nowhere in ${world.namespace}; elasticweb status shows which there are\n`,
  );
  assert.equal(elsewhere.stdout, '');
});

test('-n and -l are what they are to kubectl', async () => {
  const short = await runProcess([...ofAll, '-n', world.namespace, '-l', `${OWN_SYNCER_LABEL}=nobody`, '-o', 'json']);
  const long = await status('--selector', `${OWN_SYNCER_LABEL}=nobody`, '-o', 'json');
  assert.deepEqual(short, long);
  assert.match(short.stdout, /^\{[^\n]*"name":"unseen"[^\n]*\}\n$/);
});

test('--watch gives a line for each change until it is interrupted', async (t) => {
  const child = spawn(process.execPath, [BIN, ...ARGS, '--watch', '--selector=!nobody'], { cwd: ROOT });
  t.after(() => child.kill('SIGKILL'));
  const exit = once(child, 'close');
  let said = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const lines = () => said.split('\n').slice(0, -1).map(cells);
  const until = (what: (name: string, pods: string, reason: string) => boolean) =>
    eventually(
      () => lines().some(([name = '', , , pods = '', , reason = '']) => what(name, pods, reason)) || assert.fail(said),
      { timeoutMs: 60_000 },
    );
  await until((name) => name === 'unseen');
  const before = lines().length;
  assert.equal(before, 5);

  await world.change('shop', { totalQPS: 1900 });
  await until((name, pods) => name === 'shop' && pods === '4/4');
  await world.kubectl('delete', 'elasticweb', 'manual', '--wait=false');
  await until((name, _, reason) => name === 'manual' && reason === 'Deleted');

  // Nothing is told of those that stay as they are.
  assert.deepEqual(
    new Set(
      lines()
        .slice(before)
        .map(([name]) => name),
    ),
    new Set(['shop', 'manual']),
  );
  child.kill('SIGINT');
  const [code, signal] = (await exit) as [number | null, string | null];
  assert.deepEqual({ code, signal, complaints }, { code: null, signal: 'SIGINT', complaints: '' });
  assert.ok(await world.get(DEPLOYMENT, 'shop'));
});

test('who may not see them, and what is no selector, gets a sentence', async () => {
  const [selector, nobody, nowhere] = await Promise.all([
    status('--selector', 'a=b=c'),
    runProcess(['status', `--kubeconfig=${kubeconfig}`, '--context=nobody-has-this']),
    runProcess(['status', '--kubeconfig=/dev/null']),
  ]);
  assert.deepEqual([selector.exitCode, nobody.exitCode, nowhere.exitCode], [1, 1, 1]);
  assert.match(selector.stderr, /^--selector 'a=b=c' is not a label selector: .*\n$/);
  assert.match(nobody.stderr, /^kubeconfig .*: expected a context nobody-has-this; contexts there: .*\n$/);
  assert.equal(nowhere.stderr.split('\n').length, 2);
});
