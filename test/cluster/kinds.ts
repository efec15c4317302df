/** Kinds that only tests look at, beside those of the syncer. */

import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import type { Service } from '../../src/syncer/kinds.ts';

/** A Deployment's spec, as far as tests read it. */
export interface DeploymentSpec {
  readonly replicas: number;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly Container[] };
  };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly protocol: string }[];
  readonly resources?: unknown;
}

/** A Service's spec, as far as tests read it. */
export interface ServiceSpec {
  readonly type: string;
  readonly clusterIP: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: string;
    readonly targetPort: number | string;
    readonly nodePort?: number;
  }[];
}

export interface Pod extends KubeObject {
  readonly spec: { readonly containers: readonly Container[] };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** The pods to which a Service sends. */
export interface EndpointSlice extends KubeObject {
  readonly endpoints: readonly { readonly targetRef?: { readonly name: string } }[] | null;
}

export const POD: ResourceType<Pod> = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
export const ENDPOINT_SLICE: ResourceType<EndpointSlice> = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
};
export const SECRET: ResourceType = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
export const CONFIG_MAP: ResourceType = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
export const NAMESPACE: ResourceType = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
export const RESOURCE_QUOTA: ResourceType<KubeObject & { readonly status?: { readonly hard?: object } }> = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
};
export const LIMIT_RANGE: ResourceType = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  namespaced: true,
};
export const ROLE: ResourceType = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
};
export const ROLE_BINDING: ResourceType = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
};

/** The whole spec of a live Deployment; the syncer's own type has only what the syncer reads. */
export function deploymentSpec(deployment: KubeObject | undefined): DeploymentSpec {
  return (deployment as KubeObject & { readonly spec: DeploymentSpec }).spec;
}

/** The one container of a live Deployment. */
export function containerOf(deployment: KubeObject | undefined): Container {
  const [container] = deploymentSpec(deployment).template.spec.containers;
  if (container === undefined) throw new Error('the Deployment has no container');
  return container;
}

/** The whole spec of a live Service. */
export function serviceSpec(service: Service | undefined): ServiceSpec {
  return service?.spec as ServiceSpec;
}
