/**
 * The least that a controller of ElasticWebs does: a process that reads what there is, makes exactly the writes that are needed, one after
 * the other for each ElasticWeb, and follows changes. It compares nothing, forgives nothing and reads nothing twice.
 */

import type { DefaultedElasticWeb } from '../src/api/validate.ts';
import type { Manifest } from '../src/construct/manifest.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource.ts';
import type { Deployment, ElasticWebResource, Service } from '../src/syncer/kinds.ts';
import type { Rollout } from '../src/syncer/rollout.ts';
import { inFlight, Line } from './in-flight.ts';

/** A module of the compiled package: the same code as the syncer runs. It has a kubeconfig to read, which the syncer in a pod has not, and takes seconds. */
async function compiled<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../lib/${path}`, import.meta.url).href)) as Module;
}

const { declaredReplicas } = await compiled<typeof import('../src/api/declared-load.ts')>('api/declared-load.js');
const { render } = await compiled<typeof import('../src/construct/render.ts')>('construct/render.js');
const { KubeClient } = await compiled<typeof import('../src/kube/client.ts')>('kube/client.js');
const { loadIdentity } = await compiled<typeof import('../src/kube/identity.ts')>('kube/identity.js');
const { keyOf } = await compiled<typeof import('../src/kube/resource.ts')>('kube/resource.js');
const { Transport } = await compiled<typeof import('../src/kube/transport.ts')>('kube/transport.js');
const kinds = await compiled<typeof import('../src/syncer/kinds.ts')>('syncer/kinds.js');
const status = await compiled<typeof import('../src/syncer/status.ts')>('syncer/status.js');
const { DEPLOYMENT, ELASTIC_WEB, FIELD_MANAGER, SERVICE } = kinds;
const { deploymentState, serviceState, statusOf } = status;

/** As many ElasticWebs at a time as the syncer, unless told otherwise. */
const WORKERS = 8;

const transport = new Transport({ identity: await loadIdentity({ env: process.env }), userAgent: 'elasticweb-floor' });
const client = new KubeClient({ transport });
process.once('SIGTERM', () => process.exit());

const [webs, deployments, services] = await Promise.all([
  client.listAll(ELASTIC_WEB),
  client.listAll(DEPLOYMENT),
  client.listAll(SERVICE),
]);
/** The children by key. An update names their uid. */
const children = {
  deployments: new Map(deployments.items.map((deployment) => [keyOf(deployment), deployment])),
  services: new Map(services.items.map((service) => [keyOf(service), service])),
};
/** The generation of each ElasticWeb that is done. */
const done = new Map(webs.items.map((web) => [keyOf(web), web.metadata.generation]));

const line = new Line(WORKERS, update);
/** Never returns. The API server ends watches now and then, and at once where the reader is slow, which a busy machine makes of any. */
async function follow(): Promise<never> {
  for (let resourceVersion = webs.resourceVersion; ;) {
    for await (const event of client.watch(ELASTIC_WEB, { resourceVersion }, new AbortController().signal)) {
      if (event.type === 'ERROR') throw event.error;
      if (event.type !== 'MODIFIED') continue;
      const { generation, resourceVersion: version = resourceVersion } = event.object.metadata;
      resourceVersion = version;
      const key = keyOf(event.object);
      // Its own statuses come back, too.
      if (done.get(key) === generation) continue;
      done.set(key, generation);
      line.add(event.object);
    }
  }
}

// From the beginning: by the end of the work its place in history may be forgotten.
const following = follow();
await inFlight(
  WORKERS,
  webs.items.filter((web) => !children.deployments.has(keyOf(web))),
  make,
);
await following;

/** Deployment, Service, status. */
async function make(web: ElasticWebResource): Promise<void> {
  const desired = rendered(web);
  const deployment = await apply(DEPLOYMENT, desired.deployment, undefined);
  const service = await apply(SERVICE, desired.service, undefined);
  children.deployments.set(keyOf(web), deployment);
  children.services.set(keyOf(web), service);
  await tell(web, deployment, service);
}

/** Deployment, status. */
async function update(web: ElasticWebResource): Promise<void> {
  const before = children.deployments.get(keyOf(web));
  const service = children.services.get(keyOf(web));
  if (before === undefined || service === undefined) throw new Error(`${keyOf(web)} has no children`);
  await tell(web, await apply(DEPLOYMENT, rendered(web).deployment, before.metadata.uid), service);
}

function rendered({ metadata, ...web }: ElasticWebResource) {
  const resource = { ...web, metadata: metadata as DefaultedElasticWeb['metadata'] };
  return render(resource, { replicas: replicasOf(web), owned: true });
}

function replicasOf({ spec }: Pick<ElasticWebResource, 'spec'>): number {
  return declaredReplicas(spec);
}

function apply<T extends KubeObject>(type: ResourceType<T>, manifest: Manifest, uid: string | undefined): Promise<T> {
  const metadata = uid === undefined ? manifest.metadata : { ...manifest.metadata, uid };
  return client.apply(type, { ...manifest, metadata }, { fieldManager: FIELD_MANAGER, force: uid !== undefined });
}

async function tell(web: ElasticWebResource, deployment: Deployment, service: Service): Promise<void> {
  const rollout: Rollout = { kind: 'progressing', message: 'the Deployment was just changed' };
  const told = statusOf({
    web,
    outcome: { kind: 'rollout', rollout },
    deployment,
    deploymentState: deploymentState(rollout),
    serviceState: serviceState(service),
    decision: {
      ...{ replicas: replicasOf(web), recommendedReplicas: undefined, isProvisional: false },
      ...{ active: undefined, limited: undefined },
    },
    scaling: undefined,
    scaleTime: undefined,
    now: new Date(),
  });
  const patch = { metadata: { uid: web.metadata.uid }, status: told };
  await client.mergePatch(ELASTIC_WEB, web.metadata, patch, { fieldManager: FIELD_MANAGER, subresource: 'status' });
}
