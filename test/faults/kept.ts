/** What must hold of ElasticWebs after every outage: their children are there, made once, and changed no more often than they were. */

import assert from 'node:assert/strict';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { isCurrent, type World } from '../cluster/world.ts';

/** As long as a client may have to wait after an outage: its longest pause, and some. */
export const HEALS_WITHIN_MS = 60_000;

/**
 * Waits until each of them has its children, with so many pods asked for, and says of them what is true. Whether the pods run is not the
 * syncer's: after an outage there may be some that nobody starts.
 */
export async function allKept(world: World, webs: readonly string[], pods: number): Promise<void> {
  for (const name of webs) {
    await world.until(DEPLOYMENT, name, ({ spec }) => spec.replicas === pods, HEALS_WITHIN_MS);
    const service = await world.until(SERVICE, name, () => true, HEALS_WITHIN_MS);
    const { metadata } = await world.until(
      ELASTIC_WEB,
      name,
      async (web) => {
        const ready = (await world.deployment(name))?.status?.readyReplicas ?? 0;
        return isCurrent(web) && web.status?.desiredReplicas === pods && (web.status.readyReplicas ?? 0) === ready;
      },
      HEALS_WITHIN_MS,
    );
    const deployment = await world.deployment(name);
    assert.equal(deployment?.metadata.generation, metadata.generation, `${name} was changed more often than asked for`);
    for (const child of [deployment, service]) {
      const owners = child?.metadata.ownerReferences?.map(({ uid }) => uid);
      assert.deepEqual(owners, [metadata.uid], `owners of ${child?.kind} ${name}`);
    }
  }
}

/** Waits until each of them is kept, and its pods run. */
export async function allServe(world: World, webs: readonly string[], pods: number): Promise<void> {
  await allKept(world, webs, pods);
  for (const name of webs) {
    await world.until(ELASTIC_WEB, name, ({ status }) => status?.readyReplicas === pods, HEALS_WITHIN_MS);
  }
}
