/** A syncer that is installed for some namespaces has rights in these alone, and asks for no more. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { ElasticWebInstall } from '../../src/construct/install.ts';
import { ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { asYaml, charted } from '../construct/rendered.ts';
import { eventually } from '../control-plane/eventually.ts';
import type { Program } from '../control-plane/program.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { requestsOf } from './audit.ts';
import { endSyncer, OWN_SYNCER_LABEL, runSyncer } from './syncer-process.ts';
import { useWorld } from './world.ts';

const world = await useWorld();
const second = await world.another();
const outside = await world.another();
const controlPlane = useControlPlane();
/** Installed under a name of its own, in the first of its namespaces. */
const NAME = 'limited';
const account = `system:serviceaccount:${world.namespace}:${NAME}`;
const labels = { [OWN_SYNCER_LABEL]: NAME };

const install = asYaml(
  charted((scope) => {
    const watchNamespaces = [world.namespace, second.namespace];
    new ElasticWebInstall(scope, NAME, {
      ...{ name: NAME, namespace: world.namespace, createNamespace: false, watchNamespaces },
    });
  }),
);

test('what is installed for some namespaces holds no right in the whole cluster, but for people', async () => {
  const applied = await controlPlane.kubectl(['apply', '--server-side', '-f', '-'], { stdin: install });
  assert.equal(applied.code, 0, applied.stderr);

  const bindings = await world.kubectl('get', 'clusterrolebindings', '-o', 'json');
  assert.ok(!bindings.includes(`"name": "${NAME}"`), 'a ClusterRoleBinding names the limited syncer');
  for (const [where, may] of [
    [world, true],
    [second, true],
    [outside, false],
  ] as const) {
    const { stdout } = await where.tryKubectl('auth', 'can-i', 'patch', 'deployments', `--as=${account}`);
    assert.equal(stdout.trim(), may ? 'yes' : 'no', where.namespace);
  }
});

test('it keeps the ElasticWebs of its namespaces, leaves all others alone, and is never refused', async () => {
  const syncer = await startLimited();
  await outside.create('shop', { totalQPS: 700 }, labels);
  await world.create('shop', { totalQPS: 700 }, labels);
  await second.create('shop', { totalQPS: 700, mtargetPort: 9090 }, labels);

  await world.ready('shop');
  await second.ready('shop');
  await second.change('shop', { mtargetPort: null, totalQPS: 1200 });
  await second.until(ELASTIC_WEB, 'shop', ({ status }) => status?.readyReplicas === 3);

  assert.equal(await endSyncer(syncer), 'code 0');
  assert.equal(await outside.deployment('shop'), undefined);
  const requests = requestsOf(account);
  assert.deepEqual(
    requests.filter(({ isForbidden }) => isForbidden),
    [],
  );
  const asked = new Set(requests.map(({ namespace }) => namespace));
  assert.deepEqual([...asked].sort(), [world.namespace, second.namespace].sort(), 'every request is in a namespace');
});

test('a namespace that is gone, or that it has no right to, keeps it from serving no other, and is told', async () => {
  const gone = 'namespace-that-is-gone';
  await world.create('neighbour', { totalQPS: 700 }, labels);
  const syncer = await startLimited(gone, outside.namespace);
  await world.ready('neighbour');
  await world.change('neighbour', { totalQPS: 1_200 });
  await world.until(ELASTIC_WEB, 'neighbour', ({ status }) => status?.readyReplicas === 3);
  for (const namespace of [gone, outside.namespace]) {
    await untilLogged(syncer, new RegExp(`elasticwebs in ${namespace}: 403 Forbidden.*is there such a namespace`));
    await untilLogged(syncer, new RegExp(`in ${namespace}: 403 Forbidden.*; the others are served`));
  }
  assert.equal(await endSyncer(syncer), 'code 0');
});

test('a namespace that it gets the right to later is served from then on', async () => {
  await outside.create('late', { totalQPS: 700 }, labels);
  const syncer = await startLimited(outside.namespace);
  const roles = JSON.parse(await second.kubectl('get', 'roles,rolebindings', '-o', 'json')) as {
    items: { metadata: { name: string } }[];
  };
  const items = roles.items
    .filter(({ metadata: { name } }) => name.startsWith(NAME))
    .map(({ metadata: { name }, ...object }) => ({ ...object, metadata: { name, namespace: outside.namespace } }));
  assert.equal(items.length, 2);
  const applied = await outside.tryApply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  assert.equal(applied.code, 0, applied.stderr);
  // Refused lists are tried again every half minute at least.
  await outside.until(ELASTIC_WEB, 'late', ({ status }) => status?.readyReplicas === 2, 60_000);
  assert.equal(await endSyncer(syncer), 'code 0');
});

test('a namespace in which it lost the right to one kind keeps it from serving no other, and is told what it is', async () => {
  const name = (await second.kubectl('get', 'roles', '-o', 'name'))
    .split('\n')
    .find((role) => role.endsWith(`/${NAME}`));
  assert.ok(name !== undefined);
  const { rules } = JSON.parse(await second.kubectl('get', name, '-o', 'json')) as { rules: { resources: string[] }[] };
  const fewer = rules.filter(({ resources }) => !resources.includes('deployments'));
  assert.equal(fewer.length, rules.length - 1);
  await second.kubectl('patch', name, '--type=merge', '-p', JSON.stringify({ rules: fewer }));
  const mayList = () => second.tryKubectl('auth', 'can-i', 'list', 'deployments', `--as=${account}`);
  await eventually(async () => (await mayList()).stdout.trim() === 'no', { timeoutMs: 30_000, what: 'the loss' });

  const syncer = await startLimited();
  await world.change('shop', { totalQPS: 1_200 });
  await world.until(ELASTIC_WEB, 'shop', ({ status }) => status?.readyReplicas === 3);
  const { status } = await second.notReady('shop', 'Forbidden');
  assert.equal(status?.readyReplicas, 3, 'the pods that it had are not said to be gone');
  await untilLogged(syncer, new RegExp(`deployments in ${second.namespace}: 403 Forbidden.*; the others are served`));
  assert.equal(await endSyncer(syncer), 'code 0');
});

async function untilLogged({ logFile }: Program, line: RegExp): Promise<void> {
  const isLogged = () => line.test(readFileSync(logFile, 'utf8'));
  await eventually(isLogged, { timeoutMs: 60_000, what: `a line like ${line.source}` });
}

/** The syncer as its pod runs it, with the token of its own ServiceAccount. */
async function startLimited(...more: readonly string[]) {
  const { directory, kubeconfig } = controlPlane;
  const token = (await world.kubectl('create', 'token', NAME)).trim();
  const config = parse(readFileSync(kubeconfig, 'utf8')) as { users: { name: string; user: { token: string } }[] };
  const users = config.users.map((entry) => (entry.name === 'syncer' ? { ...entry, user: { token } } : entry));
  const file = join(directory, 'limited.yaml');
  writeFileSync(file, stringify({ ...config, users }), { mode: 0o600 });
  const syncer = await runSyncer(directory, NAME, [
    ...[`--kubeconfig=${file}`, '--context=syncer', `--selector=${OWN_SYNCER_LABEL}=${NAME}`],
    ...[world.namespace, second.namespace, ...more].map((namespace) => `--namespace=${namespace}`),
    ...['--leader-elect', `--lease-name=${NAME}`, `--lease-namespace=${world.namespace}`],
  ]);
  after(() => syncer.stop({ graceMs: 0 }));
  return syncer;
}
