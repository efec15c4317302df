/** The three kinds of object that the syncer reads and writes, as far as it looks into them. */

import { API_VERSION, KIND, PLURAL, type ElasticWebObject } from '../api/resource.ts';
import type { KubeObject, ResourceType } from '../kube/resource.ts';

/** A stored ElasticWeb: it has a uid and a generation. */
export type ElasticWebResource = KubeObject & Omit<ElasticWebObject, 'metadata'>;

/** A live Deployment. */
export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template?: unknown;
    readonly selector?: unknown;
    readonly progressDeadlineSeconds?: number;
    readonly paused?: boolean;
  };
  readonly status?: DeploymentStatus;
}

/** What the Deployment controller reports. Counts that are 0 are left out. */
export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly conditions?: readonly DeploymentCondition[];
}

/** One condition of a Deployment: Progressing, Available, or ReplicaFailure. */
export interface DeploymentCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** A live Service. */
export interface Service extends KubeObject {
  readonly spec: {
    readonly type?: string;
    readonly ports?: readonly ServicePort[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly unknown[] } };
}

/** A port of a live Service. */
export interface ServicePort {
  readonly port: number;
  readonly protocol?: string;
  readonly nodePort?: number;
}

/** A live child of an ElasticWeb. */
export type Child = Deployment | Service;

export const ELASTIC_WEB: ResourceType<ElasticWebResource> = {
  apiVersion: API_VERSION,
  kind: KIND,
  plural: PLURAL,
  namespaced: true,
};
export const DEPLOYMENT: ResourceType<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
export const SERVICE: ResourceType<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
};

/** The name under which the API server remembers what the syncer set. Never change it: fields would be left behind. */
export const FIELD_MANAGER = 'elasticweb-syncer';
