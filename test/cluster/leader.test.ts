/** Several syncers, of which one works: who takes over, when, and that two never write at the same time. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { LEASE, type Lease } from '../../src/kube/lease.ts';
import { ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import type { Program } from '../control-plane/program.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { FaultProxy } from '../faults/proxy.ts';
import { syncerWrites } from './audit.ts';
import { ROLE, ROLE_BINDING } from './kinds.ts';
import { endSyncer, OWN_SYNCER_LABEL, startSyncer } from './syncer-process.ts';
import { useWorld } from './world.ts';

const world = await useWorld();
const labels = { [OWN_SYNCER_LABEL]: 'leader' };
const running = new Set<Program>();
const LEASE_NAME = 'elasticweb-syncer';

before(async () => {
  // What the installation gives the syncer in its own namespace.
  await world.make(ROLE, 'lease', {
    rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'patch'] }],
  });
  await world.make(ROLE_BINDING, 'lease', {
    subjects: [{ kind: 'ServiceAccount', name: 'elasticweb-syncer', namespace: 'elasticweb-system' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'lease' },
  });
});

afterEach(async () => {
  await Promise.all([...running].map((syncer) => syncer.stop({ graceMs: 0 })));
  running.clear();
  await world.kubectl('delete', 'lease', LEASE_NAME, '--ignore-not-found');
});
after(() => Promise.all([...running].map((syncer) => syncer.stop({ graceMs: 0 }))));

async function start(name: string, access: Parameters<typeof startSyncer>[0] = useControlPlane()): Promise<Program> {
  const syncer = await startSyncer(
    access,
    `leader-${name}`,
    `--selector=${OWN_SYNCER_LABEL}=leader`,
    '--leader-elect',
    `--lease-namespace=${world.namespace}`,
    `--lease-name=${LEASE_NAME}`,
  );
  running.add(syncer);
  return syncer;
}

/** Waits until somebody else than `before` holds the Lease, and returns who. */
async function untilHeld(before?: string): Promise<string> {
  const held = ({ spec }: Lease) => Boolean(spec?.holderIdentity) && spec?.holderIdentity !== before;
  const lease = await world.until(LEASE, LEASE_NAME, held, 40_000);
  return lease.spec?.holderIdentity ?? '';
}

/** Waits for the end of a process that was not told to end, and returns its exit code. */
async function endOf(syncer: Program): Promise<string> {
  const error: unknown = await syncer.until('its end', () => false, 40_000).catch((cause: unknown) => cause);
  return /ended with (code \d+|SIG\w+)/.exec(String(error))?.[1] ?? String(error);
}

test('of two syncers one works; told to end, it hands over at once', async () => {
  const first = await start('first');
  const holder = await untilHeld();
  await start('second');
  await world.create('one', { totalQPS: 0 }, labels);
  await world.ready('one');
  assert.equal(await untilHeld(), holder, 'the second waits');

  assert.equal(await endSyncer(first), 'code 0');
  const { spec } = (await world.get(LEASE, LEASE_NAME)) ?? {};
  assert.notEqual(spec?.holderIdentity, holder, 'the Lease was given back');
  await untilHeld(holder);
  await world.create('two', { totalQPS: 0 }, labels);
  await world.ready('two');
});

test('when the leader is killed the other takes over, and makes nothing twice', async () => {
  const first = await start('first');
  const holder = await untilHeld();
  await start('second');
  const names = Array.from({ length: 10 }, (_, index) => `killed-${index}`);
  await Promise.all(names.map((name) => world.create(name, { totalQPS: 0 }, labels)));
  await Promise.any(names.map((name) => world.until(ELASTIC_WEB, name, ({ status }) => status?.replicas === 0)));

  await first.stop({ graceMs: 0 });
  await untilHeld(holder);

  await Promise.all(names.map((name) => world.ready(name)));
  for (const name of names) {
    const creations = syncerWrites(world.namespace).filter((write) => write === `patch deployments ${name}`);
    assert.ok(creations.length <= 1, `${name}: ${creations.length}`);
    assert.equal((await world.deployment(name))?.metadata.generation, 1);
  }
});

test('a leader that was frozen while another took over writes nothing when it wakes, and ends', async () => {
  const frozen = await start('frozen');
  const holder = await untilHeld();
  await world.create('web', { totalQPS: 0 }, labels);
  await world.ready('web');
  await start('second');
  frozen.signal('SIGSTOP');
  await untilHeld(holder);
  // What it has not seen yet, and would answer to.
  await world.change('web', { totalQPS: 1_500 });
  await world.until(ELASTIC_WEB, 'web', ({ status }) => status?.readyReplicas === 3);
  const writes = syncerWrites(world.namespace);

  frozen.signal('SIGCONT');

  assert.equal(await endOf(frozen), 'code 1');
  assert.deepEqual(syncerWrites(world.namespace), writes);
  assert.equal((await world.deployment('web'))?.spec.replicas, 3);
});

test('a leader that is cut off from the API server stops in time, and what it has not done the other does', async () => {
  await using proxy = await FaultProxy.start({ controlPlane: useControlPlane() });
  const { directory } = useControlPlane();
  const cutOff = await start('cut-off', { kubeconfig: proxy.kubeconfig, directory });
  const holder = await untilHeld();
  await start('second');

  await proxy.refuse();
  await world.create('partition', { totalQPS: 0 }, labels);

  await untilHeld(holder);
  assert.equal(await endOf(cutOff), 'code 1');
  await world.ready('partition');
});

test('a leader whose Lease a person gives to another stops, and takes it again when that one does not renew', async () => {
  const syncer = await start('given');
  await untilHeld();
  await world.patch(LEASE, LEASE_NAME, { spec: { holderIdentity: 'somebody', leaseDurationSeconds: 1 } });
  assert.equal(await endOf(syncer), 'code 1');

  await start('again');
  await untilHeld('somebody');
});

test('a deleted Lease is made anew, and the leader goes on', async () => {
  await start('deleted');
  const holder = await untilHeld();
  await world.kubectl('delete', 'lease', LEASE_NAME);
  assert.equal(await untilHeld(), holder);
  await world.create('after', { totalQPS: 0 }, labels);
  await world.ready('after');
});

test('a leader that loses the right to its Lease stops before another could begin', async () => {
  const syncer = await start('rights');
  await untilHeld();
  await world.kubectl('delete', 'rolebinding', 'lease');
  assert.equal(await endOf(syncer), 'code 1');
});
