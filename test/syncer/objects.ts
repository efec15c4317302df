/** Objects as the API server has them, with what the tests of the syncer's pure parts look at. */

import assert from 'node:assert/strict';
import { API_VERSION, KIND } from '../../src/api/resource.ts';
import type { DefaultedElasticWebSpec, ElasticWebStatus } from '../../src/api/types.ts';
import { validateSpec } from '../../src/api/validate.ts';
import type { Deployment, DeploymentStatus, ElasticWebResource, Service } from '../../src/syncer/kinds.ts';

export const UID = '11111111-2222-4333-8444-555555555555';

/** A spec with its defaults. */
export function spec(fields: object = {}): DefaultedElasticWebSpec {
  const validation = validateSpec({ image: 'nginx', port: 80, podPort: 8080, singlePodQPS: 500, ...fields }, 'shop');
  assert.ok(validation.kind === 'valid', JSON.stringify(validation));
  return validation.resource.spec;
}

/** A stored ElasticWeb called `shop`, of generation 2. */
export function web(status?: ElasticWebStatus, fields: object = {}): ElasticWebResource {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'shop', namespace: 'test', uid: UID, resourceVersion: '7', generation: 2 },
    spec: spec(fields),
    ...(status && { status }),
  };
}

/** Its Deployment, of generation 1. */
export function deployment(replicas: number, status: DeploymentStatus, metadata: object = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', namespace: 'test', uid: 'd', resourceVersion: '8', generation: 1, ...metadata },
    spec: { replicas },
    status: { observedGeneration: 1, ...status },
  };
}

/** Its Service. */
export function service(ports: NonNullable<Service['spec']['ports']>, fields: object = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', namespace: 'test', uid: 's', resourceVersion: '9' },
    spec: { type: 'NodePort', ports },
    ...fields,
  };
}
