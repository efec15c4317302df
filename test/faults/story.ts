/** What happens to two ElasticWebs from their creation on: a story that takes the syncer through all that it does. */

import type { KubeObject } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { CONFIG_MAP } from '../cluster/kinds.ts';
import { OWN_SYNCER_LABEL } from '../cluster/syncer-process.ts';
import { conditionOf, isCurrent, type World } from '../cluster/world.ts';

/** The common syncer of a test run leaves these to the one behind the proxy. */
const LABELS = { [OWN_SYNCER_LABEL]: 'faults' };

/** Objects that have nothing to do with any ElasticWeb. */
export async function makeForeigners(world: World): Promise<readonly KubeObject[]> {
  const port = { port: 80, protocol: 'TCP' };
  return Promise.all([
    world.make(SERVICE, 'foreign', { spec: { ports: [port] } }),
    world.make(CONFIG_MAP, 'web', { data: { name: 'of an ElasticWeb' } }),
  ]);
}

/** A part of the story. It ends when all has come to rest, so that all tellings have the same writes. */
export type Chapter = (world: World) => Promise<void>;

export const created: Chapter = async (world) => {
  await world.create('web', { totalQPS: 500, mtargetPort: 9090 }, LABELS);
  await rests(world, 'web');
};

export const scaled: Chapter = async (world) => {
  await world.change('web', { totalQPS: 1400 });
  await rests(world, 'web');
};

/** Other pods, and a metrics Service that is not wanted any more. */
export const changed: Chapter = async (world) => {
  await world.change('web', { image: 'nginx:1.30', mtargetPort: null });
  await rests(world, 'web');
  await world.untilGone(SERVICE, 'web-metrics');
};

/** The Deployment is changed by hand, and repaired. */
export const drifted: Chapter = async (world) => {
  const { metadata } = await world.patch(DEPLOYMENT, 'web', { spec: { replicas: 5 } });
  const isRepaired = (generation = 0) => generation > (metadata.generation ?? 0);
  await world.until(DEPLOYMENT, 'web', (deployment) => isRepaired(deployment.metadata.generation));
  await rests(world, 'web');
};

/** A second ElasticWeb comes and goes. */
export const cameAndWent: Chapter = async (world) => {
  await world.create('other', { totalQPS: 0 }, LABELS);
  await rests(world, 'other');
  await world.kubectl('delete', 'elasticweb', 'other');
  await world.untilGone(DEPLOYMENT, 'other');
  await world.untilGone(SERVICE, 'other');
};

export const WHOLE_STORY: readonly Chapter[] = [created, scaled, changed, drifted, cameAndWent];

/** Returns when the syncer has seen all that was done before: an ElasticWeb made now serves. */
export async function marked(world: World, name: string): Promise<void> {
  await world.create(name, { totalQPS: 0 }, LABELS);
  await rests(world, name);
}

/** Waits until an ElasticWeb has come to rest: nobody has anything left to do, and its status says so. */
async function rests(world: World, name: string): Promise<void> {
  const { totalQPS = 0, singlePodQPS = 1 } = (await world.web(name))?.spec ?? {};
  const replicas = Math.ceil(totalQPS / singlePodQPS);
  const areReplicas = (...counts: readonly (number | undefined)[]) => counts.every((count = 0) => count === replicas);
  await world.until(DEPLOYMENT, name, ({ metadata, spec, status = {} }) => {
    const isSeen = status.observedGeneration === metadata.generation;
    return isSeen && areReplicas(spec.replicas, status.replicas, status.updatedReplicas, status.availableReplicas);
  });
  await world.until(ELASTIC_WEB, name, (web) => {
    const { replicas, readyReplicas, desiredReplicas } = web.status ?? {};
    const isReady = conditionOf(web, 'Ready')?.status === 'True';
    return isCurrent(web) && isReady && areReplicas(replicas, readyReplicas, desiredReplicas);
  });
}
