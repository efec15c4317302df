/** etcd, behind the API server, has no space left, is slow, or gets another leader: what had to be done is done, and only once. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { endSyncer, startSyncer } from '../cluster/syncer-process.ts';
import { useWorld } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import { allKept, HEALS_WITHIN_MS } from './kept.ts';
import { Link } from './link.ts';
import { ownControlPlane } from './own-control-plane.ts';

const links: Link[] = [];
const controlPlane = await ownControlPlane({
  auditLog: true,
  etcd: {
    members: 3,
    quotaBytes: 32 * 1024 * 1024,
    between: async (port) => {
      const link = await Link.start(port);
      links.push(link);
      return link.port;
    },
  },
});
const world = await useWorld();

const syncer = await startSyncer(controlPlane, 'etcd', `--namespace=${world.namespace}`);
const log = () => readFileSync(syncer.logFile, 'utf8');
after(async () => {
  const [text, end] = [log(), await endSyncer(syncer)];
  await controlPlane.stop();
  for (const link of links) await link[Symbol.asyncDispose]();
  assert.equal(end, 'code 0');
  assert.doesNotMatch(text, /unexpected error|"stack":/);
});

const names = (prefix: string): string[] => Array.from({ length: 20 }, (_, index) => `${prefix}-${index}`);

test('no space left: nothing can be written, nothing is lost, and when there is space again it is done', async () => {
  const webs = names('full');
  for (const name of webs) await world.create(name, { totalQPS: 500 });
  await allKept(world, webs, 1);
  // What is to be done cannot be written down any more, but what has to be repaired is seen all the same.
  await controlPlane.etcd.fill();
  await assert.rejects(world.change('full-0', { totalQPS: 1_500 }), /database space exceeded/);
  await world.kubectl('delete', 'deployment,service', ...webs);
  await world.untilGone(SERVICE, 'full-0');
  await eventually(() => log().includes('database space exceeded'), { timeoutMs: 30_000, what: 'a refused write' });
  assert.equal(await world.service('full-0'), undefined);

  await controlPlane.etcd.free();

  await allKept(world, webs, 1);
});

test('every word to etcd takes half a second: nothing is done twice', async () => {
  const webs = names('slow');
  for (const link of links) link.delayMs = 500;
  for (const name of webs) await world.create(name, { totalQPS: 500 });
  await world.until(DEPLOYMENT, webs.at(-1) ?? '', () => true, HEALS_WITHIN_MS);
  for (const name of webs) await world.change(name, { totalQPS: 1_000 });
  await world.until(DEPLOYMENT, webs.at(-1) ?? '', ({ spec }) => spec.replicas === 2, HEALS_WITHIN_MS);
  for (const link of links) link.delayMs = 0;

  await allKept(world, webs, 2);
});

test('the leader dies in the middle of the work: the work goes on with the next', async () => {
  const webs = names('led');
  for (const name of webs) await world.create(name, { totalQPS: 500 });
  await world.until(DEPLOYMENT, webs[2] ?? '', () => true);

  const startAgain = await controlPlane.etcd.killLeader();
  await eventually(() => world.change('led-0', { totalQPS: 1_000 }), { timeoutMs: HEALS_WITHIN_MS, what: 'a change' });

  await allKept(world, webs.slice(1), 1);
  await allKept(world, webs.slice(0, 1), 2);
  await startAgain();
  await world.change('led-1', { totalQPS: 1_000 });
  await allKept(world, webs.slice(1, 2), 2);
});
