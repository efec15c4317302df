/** An installation that is removed in another order than the documentation gives. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { ownControlPlane } from '../faults/own-control-plane.ts';
import { INSTALL, installed, remove } from './installation.ts';
import { startSyncer } from './syncer-process.ts';
import { useWorld } from './world.ts';

const controlPlane = await ownControlPlane({});
const world = await useWorld();
const syncer = await startSyncer(controlPlane, 'syncer');
after(async () => {
  await syncer.stop({ graceMs: 0 });
  await controlPlane.stop();
});

test('with the CRD go all ElasticWebs, and with them their Deployments and Services', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `web-${index}`);
  for (const name of names) await world.create(name, { totalQPS: 0 });
  for (const name of names) await world.ready(name);

  await remove(controlPlane.kubectl, '-f', INSTALL);

  assert.deepEqual(await installed(controlPlane.kubectl), []);
  for (const name of names) {
    await world.untilGone(DEPLOYMENT, name);
    await world.untilGone(SERVICE, name);
  }
});
