/** The ElasticWebs that contenders keep: made, changed, and given running pods by the bench, the same for each contender. */

import { API_VERSION, KIND } from '../src/api/resource.ts';
import type { ElasticWebSpec } from '../src/api/types.ts';
import { DEPLOYMENT, ELASTIC_WEB } from '../src/syncer/kinds.ts';
import { BENCH, BENCH_NAMESPACE, BENCH_WIDTH, type Cluster } from './cluster.ts';
import { inFlight } from './in-flight.ts';

const SINGLE_POD_QPS = 100;
const SPEC: ElasticWebSpec = {
  image: 'nginx:1.29',
  port: 80,
  podPort: 8080,
  // One of another type takes a node port, and there are only 2768 of those.
  serviceType: 'ClusterIP',
  singlePodQPS: SINGLE_POD_QPS,
  resources: { requests: { cpu: '100m', memory: '512Mi' }, limits: { cpu: '300m', memory: '512Mi' } },
};

/** What every ElasticWeb asks for at a time. */
export interface Wanted {
  readonly image: string;
  readonly replicas: number;
}

export const AT_FIRST: Wanted = { image: SPEC.image, replicas: 2 };
export const CHANGED: Wanted = { image: SPEC.image, replicas: 5 };

const load = ({ replicas }: Wanted) => ({ totalQPS: replicas * SINGLE_POD_QPS });

export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `web-${String(index).padStart(5, '0')}`);
}

/** Makes the ElasticWebs. */
export async function makeElasticWebs({ client }: Cluster, names: readonly string[]): Promise<void> {
  await inFlight(BENCH_WIDTH, names, (name) => {
    const metadata = { namespace: BENCH_NAMESPACE, name };
    const web = { apiVersion: API_VERSION, kind: KIND, metadata, spec: { ...SPEC, ...load(AT_FIRST) } };
    return client.create(ELASTIC_WEB, web, { fieldManager: BENCH });
  });
}

/** Changes `totalQPS` of all of them, as fast as it goes. */
export async function changeElasticWebs({ client }: Cluster, names: readonly string[], to: Wanted): Promise<void> {
  await inFlight(BENCH_WIDTH, names, (name) => {
    const patch = { spec: load(to) };
    return client.mergePatch(ELASTIC_WEB, { namespace: BENCH_NAMESPACE, name }, patch, { fieldManager: BENCH });
  });
}

/** Says of every Deployment what its controller would say once all pods run; there is none here. */
export async function reportPodsRunning({ client }: Cluster): Promise<void> {
  const { items } = await client.listAll(DEPLOYMENT, { namespace: BENCH_NAMESPACE });
  const lastTransitionTime = new Date().toISOString();
  const condition = (type: string, reason: string) => ({ type, status: 'True', reason, lastTransitionTime });
  const conditions = [
    condition('Available', 'MinimumReplicasAvailable'),
    condition('Progressing', 'NewReplicaSetAvailable'),
  ];
  await inFlight(BENCH_WIDTH, items, ({ metadata, spec: { replicas } }) => {
    const counts = {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    const patch = { status: { observedGeneration: metadata.generation, ...counts, conditions } };
    return client.mergePatch(DEPLOYMENT, metadata, patch, { fieldManager: BENCH, subresource: 'status' });
  });
}
