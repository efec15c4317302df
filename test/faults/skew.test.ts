/** The API server becomes one of another minor version, for a while beside the first: nothing is written for it, and changes arrive. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { DEPLOYMENT, ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { REQUIREMENTS } from '../api/cases.ts';
import { EVERYTHING, type JsonObject } from '../api/objects.ts';
import { syncerRequests } from '../cluster/audit.ts';
import { endSyncer, startSyncer } from '../cluster/syncer-process.ts';
import { isCurrent, useWorld, World } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import { type Script, startStub } from '../prometheus/server.ts';
import { body, series } from '../prometheus/targets.ts';
import { HEALS_WITHIN_MS } from './kept.ts';
import { Link } from './link.ts';
import { ownControlPlane } from './own-control-plane.ts';
import { assertStill, now, writesSince } from './still.ts';

/** What is before the API servers of a cluster: every connection leads to one of them. */
const link = await Link.start();
let older = 0;
// The controllers are of the older version, too, as during every upgrade: they may not be newer than any API server.
const controlPlane = await ownControlPlane({
  kubernetes: 'previous-kubernetes',
  auditLog: true,
  between: (port) => {
    older = port;
    link.lead(port);
    return Promise.resolve(link.port);
  },
});
const home = await useWorld();
await home.kubectl('create', 'namespace', 'shop');
/** Of this namespace are the series of the Prometheus here. */
const world = new World('shop', home.client);

const SINGLE = 10;
/** So many pods are needed, and counted, by what Prometheus says. */
let measured = 10;
const counted: Script = ({ kind }, response) => {
  const load = measured * SINGLE - 5;
  const readings =
    kind === 'load' ? { stable: load, fast: load } : { covered: measured, seen: measured, fast: measured };
  const all = Object.entries(readings).map(([of, value]) => series('scaled', of, `${value}`, Date.now() / 1_000));
  response.setHeader('content-type', 'application/json').end(body(all));
};
const prometheus = await startStub({ after }, counted);

const start = () => {
  const source = [`--prometheus-url=${prometheus.url}`, '--interval=1', '--scrape-interval=2', '--window=8'];
  return startSyncer(controlPlane, 'skew', `--namespace=${world.namespace}`, ...source);
};
let syncer = await start();

async function end(): Promise<void> {
  const log = readFileSync(syncer.logFile, 'utf8');
  assert.equal(await endSyncer(syncer), 'code 0');
  assert.doesNotMatch(log, /unexpected error|"stack":/);
}

after(async () => {
  await end();
  await controlPlane.stop();
  await link[Symbol.asyncDispose]();
});

/** The minor version of the API server to which the next connection leads. */
async function minorVersion(): Promise<number> {
  const { serverVersion } = JSON.parse(await world.kubectl('version', '--output=json')) as {
    serverVersion: { minor: string };
  };
  return Number(serverVersion.minor);
}

/** Ends all connections, leads the next to these API servers in turn, and returns when the syncer is awake again. */
async function lead(...ports: readonly number[]): Promise<void> {
  link.lead(...ports);
  await eventually(() => world.settled(), { timeoutMs: HEALS_WITHIN_MS, what: 'a syncer that is awake' });
}

/** Both API servers are there: leads the clients to and fro, and sees that the syncer has watched and written by way of each. */
async function leadToAndFro(newer: number): Promise<void> {
  const sinceMs = Date.now();
  const ways = [[older, newer], [newer], [older], [newer, older], [older, newer], [newer, older]];
  for (const ports of ways) await lead(...ports);
  for (const log of ['audit.log', `audit-${newer}.log`]) {
    const used = syncerRequests().filter((request) => request.log === log && request.atMs > sinceMs);
    const verbs = new Set(used.map(({ verb }) => verb));
    assert.ok(verbs.has('watch') && verbs.has('patch'), `${log} has ${[...verbs].join(', ')}`);
  }
}

/** Does something, and checks that the syncer writes nothing for it. */
async function stillWhile<T>(what: string, action: () => Promise<T>): Promise<T> {
  const before = await now(world);
  const result = await action();
  await assertStill(world, before, what);
  return result;
}

/** Asks for so many pods, of one by its spec and of another by its load, and checks that each gets them by one write. */
async function assertFollowed(pods: number): Promise<void> {
  const before = await now(world);
  measured = pods;
  await world.change('basic', { totalQPS: 500 * pods });
  for (const name of ['basic', 'scaled']) {
    await world.until(DEPLOYMENT, name, ({ spec }) => spec.replicas === pods, HEALS_WITHIN_MS);
    const isServed = (web: ElasticWebResource) => isCurrent(web) && web.status?.readyReplicas === pods;
    await world.until(ELASTIC_WEB, name, isServed, HEALS_WITHIN_MS);
  }
  await world.settled();
  const writes = writesSince(world, before).filter((write) => !write.includes('status'));
  assert.deepEqual(writes.sort(), ['patch deployments basic', 'patch deployments scaled']);
}

let olderVersion = 0;

test('of the older version: all is made, and when it is made nothing is written', async () => {
  olderVersion = await minorVersion();
  const specs = {
    basic: REQUIREMENTS.basic.spec,
    // Both ask for the same node port, and only one can have it.
    metrics: { ...(REQUIREMENTS.metrics.spec as JsonObject), nodePort: 30_005 },
    everything: { ...(EVERYTHING.spec as JsonObject), nodePort: 30_006, replicas: 0 },
  };
  for (const [name, spec] of Object.entries(specs)) await world.make(ELASTIC_WEB, name, { spec });
  await world.create('scaled', { singlePodQPS: SINGLE, totalQPS: 95, autoscaling: { maxReplicas: 100 } });
  for (const name of [...Object.keys(specs), 'scaled']) await world.ready(name);
  await assertFollowed(11);

  await stillWhile('at rest', async () => {
    for (let look = 0; look < 3; look += 1) await world.settled();
  });
});

test('both versions for a while, the newer alone, and back: nothing is written for it, and changes arrive', async () => {
  const newer = await controlPlane.addApiServer('kubernetes');
  await stillWhile('an upgrade, with both', () => leadToAndFro(newer.port));
  await assertFollowed(12);
  await stillWhile('an upgrade, with the newer alone', async () => {
    await lead(newer.port);
    await controlPlane.killApiServer();
    await world.settled();
  });
  assert.equal(await minorVersion(), olderVersion + 1);
  await stillWhile('a restart of the syncer', async () => {
    await end();
    syncer = await start();
    await world.settled();
  });
  await assertFollowed(13);

  await controlPlane.startApiServer();
  await stillWhile('a downgrade, with both', () => leadToAndFro(newer.port));
  await assertFollowed(14);
  await stillWhile('a downgrade, with the older alone', async () => {
    await lead(older);
    await newer.stop();
    await world.settled();
  });
  assert.equal(await minorVersion(), olderVersion);
  await assertFollowed(15);
});

test('one version after the other, with none in between, and back: nothing is written for it, and changes arrive', async () => {
  const newer = await stillWhile('an upgrade', async () => {
    await controlPlane.killApiServer();
    const added = await controlPlane.addApiServer('kubernetes');
    await lead(added.port);
    return added;
  });
  assert.equal(await minorVersion(), olderVersion + 1);
  await assertFollowed(16);

  await stillWhile('a downgrade', async () => {
    await newer.stop();
    await controlPlane.startApiServer();
    await lead(older);
  });
  assert.equal(await minorVersion(), olderVersion);
  await assertFollowed(17);
});
