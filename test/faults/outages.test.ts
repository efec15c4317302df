/** The API server dies, forgets, hangs, refuses, or does not know ElasticWebs: the syncer lives, waits, and goes on where it was. */

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { KubeObject } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { endSyncer, runSyncer, startSyncer } from '../cluster/syncer-process.ts';
import { conditionOf, useWorld } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import type { Program } from '../control-plane/program.ts';
import { randomly } from './fault.ts';
import { allServe, HEALS_WITHIN_MS } from './kept.ts';
import { ownControlPlane } from './own-control-plane.ts';
import { SyncerBehindProxy } from './syncer.ts';
import * as lines from './watch-lines.ts';

const dist = join(import.meta.dirname, '../../dist');
const controlPlane = await ownControlPlane({ auditLog: true });
const world = await useWorld();
after(() => controlPlane.stop());

let syncer: Program | undefined;

async function start(name: string, ...flags: string[]): Promise<void> {
  syncer = await startSyncer(controlPlane, name, `--namespace=${world.namespace}`, ...flags);
}

afterEach(async () => {
  if (syncer?.running !== true) return;
  const log = readFileSync(syncer.logFile, 'utf8');
  assert.equal(await endSyncer(syncer), 'code 0');
  assert.doesNotMatch(log, /unexpected error|"stack":/);
});

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

for (const downSeconds of [1, 20]) {
  test(`an API server that is killed in the middle of the work and is away for ${downSeconds} s`, async () => {
    await start(`killed-${downSeconds}`);
    const webs = names(`killed-${downSeconds}`, 30);
    for (const name of webs) await world.create(name, { totalQPS: 500 });
    await world.until(DEPLOYMENT, webs[3] ?? '', () => true);

    await controlPlane.killApiServer();
    const log = syncer?.logFile ?? '';
    await eventually(() => readFileSync(log, 'utf8').split('watch failed').length > downSeconds / 5, {
      timeoutMs: 60_000,
      what: 'attempts meanwhile',
    });
    await controlPlane.startApiServer();

    await allServe(world, webs, 1);
  });
}

test('an API server whose history is gone: what was deleted, made and changed meanwhile is learnt from a list', async () => {
  await start('compacted');
  for (const name of ['kept', 'deleted', 'recreated']) await world.create(name, { totalQPS: 500 });
  for (const name of ['kept', 'deleted', 'recreated']) await world.ready(name);
  syncer?.signal('SIGSTOP');
  await world.change('kept', { totalQPS: 1_500 });
  await world.kubectl('delete', 'elasticweb', 'deleted', 'recreated');
  await world.create('recreated', { totalQPS: 1_000 });
  const web = await world.web('recreated');
  await controlPlane.killApiServer();
  await controlPlane.etcd.compact();
  await controlPlane.startApiServer();
  syncer?.signal('SIGCONT');

  await world.until(DEPLOYMENT, 'kept', ({ spec }) => spec.replicas === 3, HEALS_WITHIN_MS);
  await world.until(ELASTIC_WEB, 'recreated', ({ status }) => status?.readyReplicas === 2, HEALS_WITHIN_MS);
  for (const child of [await world.deployment('recreated'), await world.service('recreated')]) {
    assert.deepEqual(
      child?.metadata.ownerReferences?.map(({ uid }) => uid),
      [web?.metadata.uid],
    );
  }
  await world.untilGone(DEPLOYMENT, 'deleted');
});

test('an etcd that hangs for 20 s', async () => {
  await start('slow');
  const webs = names('slow', 10);
  for (const name of webs) await world.create(name, { totalQPS: 500 });
  await world.until(DEPLOYMENT, webs[0] ?? '', () => true);
  controlPlane.etcd.signal('SIGSTOP');
  const frozenMs = performance.now();
  await eventually(() => performance.now() - frozenMs > 20_000, { timeoutMs: 30_000, what: '20 s' });
  controlPlane.etcd.signal('SIGCONT');

  await allServe(world, webs, 1);
});

test('a connection that is open and leads nowhere: within 90 s a change is made all the same', async () => {
  await using behind = await SyncerBehindProxy.prepare(controlPlane, world.namespace);
  await behind.start();
  await behind.watching();
  await world.create('half-open', { totalQPS: 500 });
  await world.ready('half-open');
  const held = new lines.HeldLines();
  const open = new Set(behind.proxy.calls.filter(({ verb }) => verb === 'WATCH').map(callKey));
  // What is open now brings nothing any more; what is opened anew does.
  behind.proxy.rewrite = (line, call) => (open.has(callKey(call)) ? held.rewrite(line, call) : [line]);

  await world.change('half-open', { totalQPS: 1_500 });

  await world.until(DEPLOYMENT, 'half-open', ({ spec }) => spec.replicas === 3, 90_000);
  held.release();
  assert.equal(await behind.end(), 'code 0');
});

const callKey = ({ signature, occurrence }: { signature: string; occurrence: number }): string =>
  `${signature} ${occurrence}`;

test('rights to Services that are missing for a while are told, and nothing is lost', async (t) => {
  const role = 'clusterrole/elasticweb-syncer';
  const patchRole = (now: string) => world.kubectl('patch', role, '--type=merge', '-p', `{"rules":${now}}`);
  const rules = await world.kubectl('get', role, '-o', 'jsonpath={.rules}');
  const without = (JSON.parse(rules) as { resources: string[] }[]).filter(
    ({ resources }) => !resources.includes('services'),
  );
  await start('forbidden');
  await world.create('before', { totalQPS: 500 });
  await world.ready('before');
  t.after(() => patchRole(rules));
  await patchRole(JSON.stringify(without));
  await world.create('during', { totalQPS: 500 });

  const web = await world.notReady('during', 'Forbidden');
  assert.match(conditionOf(web, 'Ready')?.message ?? '', /services .*is forbidden/);
  assert.equal(await world.service('during'), undefined);
  assert.equal(
    await world.deployment('during'),
    undefined,
    'nor the other half, as long as nobody knows whose name it is',
  );
  await eventually(async () => (await warningsOf('during', 'Forbidden')).length > 0, {
    timeoutMs: 30_000,
    what: 'an Event that tells it',
  });
  await patchRole(rules);

  await world.until(ELASTIC_WEB, 'during', (now) => conditionOf(now, 'Ready')?.status === 'True', 90_000);
  assert.equal((await warningsOf('during', 'Forbidden')).length, 1, 'told once');
});

async function warningsOf(name: string, reason: string): Promise<KubeObject[]> {
  const selector = `involvedObject.name=${name},reason=${reason},type=Warning`;
  const events = await world.kubectl('get', 'events', `--field-selector=${selector}`, '-o', 'json');
  return (JSON.parse(events) as { items: KubeObject[] }).items;
}

/** At full size: RANDOM_FAULTS=200x600 is 200 ElasticWebs for 600 s. */
const [randomCount = 60, randomSeconds = 40] = (process.env.RANDOM_FAULTS ?? '').split('x').filter(Boolean).map(Number);

test('half of all calls fail at random for a while: all end as they should, and none is made twice', async (t) => {
  await using behind = await SyncerBehindProxy.prepare(controlPlane, world.namespace);
  const faults = [
    { kind: 'answer', status: 500 },
    { kind: 'answer', status: 503 },
    { kind: 'answer', status: 504 },
    { kind: 'reset' },
    { kind: 'lose' },
  ] as const;
  behind.proxy.interfere = randomly({ probability: 0.5, seed: 1, faults });
  await behind.start();
  const webs = names('random', randomCount);
  for (const name of webs) await world.create(name, { totalQPS: 500 });
  const [startMs, forMs] = [performance.now(), randomSeconds * 1_000];
  await eventually(() => performance.now() - startMs > forMs, { timeoutMs: forMs + 20_000, what: 'the end of this' });
  behind.proxy.interfere = () => undefined;
  const healMs = performance.now();

  await allServe(world, webs, 1);
  const failed = behind.proxy.calls.filter(({ fault }) => fault !== undefined).length;
  const seconds = ((performance.now() - healMs) / 1_000).toFixed(1);
  t.diagnostic(
    `${failed} of ${behind.proxy.calls.length} calls failed; all was well ${seconds} s after the last of them`,
  );
  assert.ok(!behind.proxy.calls.some(({ verb }) => verb === 'DELETE'));
  assert.equal(await behind.end(), 'code 0');
});

test('a token that is refused, and a file of it that is gone for a moment, are read again', async () => {
  const token = (await world.kubectl('create', 'token', 'elasticweb-syncer', '-n', 'elasticweb-system')).trim();
  const file = join(controlPlane.directory, 'rotated-token');
  writeFileSync(file, token);
  const config = JSON.parse(await world.kubectl('config', 'view', '--raw', '--flatten', '-o', 'json')) as {
    users: { name: string; user: object }[];
  };
  const users = config.users.map((one) => (one.name === 'syncer' ? { ...one, user: { tokenFile: file } } : one));
  const kubeconfig = join(controlPlane.directory, 'rotated.kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify({ ...config, users }));
  const flags = [`--kubeconfig=${kubeconfig}`, '--context=syncer', `--namespace=${world.namespace}`];
  syncer = await runSyncer(controlPlane.directory, 'rotated', flags);
  await world.create('token', { totalQPS: 500 });
  await world.ready('token');

  writeFileSync(file, 'a.b.c');
  const log = syncer.logFile;
  // It is read once a minute; until then the good one is used.
  await eventually(
    async () => {
      await world.touch('token');
      await world.patch(DEPLOYMENT, 'token', { metadata: { labels: { app: null } } });
      return readFileSync(log, 'utf8').includes('Unauthorized');
    },
    { timeoutMs: 90_000, intervalMs: 1_000, what: 'the refusal' },
  );
  rmSync(file);
  writeFileSync(file, token);

  await world.until(DEPLOYMENT, 'token', ({ metadata }) => metadata.labels?.app === 'token', HEALS_WITHIN_MS);
});

test('a CRD that is deleted and comes back: nothing is deleted by the syncer, and new ElasticWebs are kept', async () => {
  await start('no-crd');
  await world.create('with-crd', { totalQPS: 500 });
  await world.ready('with-crd');
  await world.kubectl('delete', 'crd', 'elasticwebs.elasticweb.example.com');
  await world.untilGone(DEPLOYMENT, 'with-crd'); // By the garbage collector: its owner is gone.
  await world.untilGone(SERVICE, 'with-crd');
  await world.kubectl('apply', '--server-side', '-f', join(dist, 'crd.k8s.yaml'));
  await eventually(() => world.create('again', { totalQPS: 500 }), { timeoutMs: 30_000, what: 'the CRD' });

  await world.until(ELASTIC_WEB, 'again', (web) => conditionOf(web, 'Ready')?.status === 'True', 90_000);
});

test('started before there is a CRD, it waits for one and says so', async () => {
  await world.kubectl('delete', 'crd', 'elasticwebs.elasticweb.example.com');
  const starting = start('early');
  const log = join(controlPlane.directory, 'early.log');
  await eventually(() => readFileSync(log, 'utf8').includes('is the CRD installed?'), {
    timeoutMs: 30_000,
    what: 'the hint',
  });
  await world.kubectl('apply', '--server-side', '-f', join(dist, 'crd.k8s.yaml'));
  await starting;
  await world.create('early', { totalQPS: 500 });
  await world.ready('early');
});
