/** An ElasticWeb resource as its children: the render that the command and the syncer share. */

import { App, Chart } from 'cdk8s';
import { API_VERSION, KIND, type ElasticWebObject } from '../api/resource.ts';
import { ElasticWeb } from './elastic-web.ts';
import type { Manifest, OwnerReference } from './manifest.ts';
import { compact } from './manifest.ts';

/** What the resource does not say itself. */
export interface RenderOptions {
  /** Number of pods; undefined leaves the field to whoever else sets it. */
  readonly replicas: number | undefined;
  /** The node port that the live Service has and keeps, unless the spec names one. */
  readonly currentNodePort?: number;
  /** Makes the resource the owner of its children. It needs a uid then. @default false */
  readonly owned?: boolean;
}

/** The children of one ElasticWeb. */
export interface Children {
  readonly deployment: Manifest;
  readonly service: Manifest;
  /** Only with `mtargetPort`. */
  readonly metricsService: Manifest | undefined;
}

/**
 * Renders a resource in memory, through the construct that cdk8s apps use: same resource and options, same bytes.
 *
 * @throws InvalidPropsError when the spec is not valid
 * @throws Error when the spec holds what cannot be a manifest, such as a label called `constructor`
 */
export function render(resource: ElasticWebObject, options: RenderOptions): Children {
  const { name, namespace } = resource.metadata;
  const { replicas, suspend, ...spec } = resource.spec;
  // A throw-away App a render: one that lives would be walked as a whole for each of its charts.
  const chart = new Chart(new App(), 'elasticweb', { disableResourceNameHashes: true });
  const web = new ElasticWeb(chart, 'web', {
    ...spec,
    metadata: {
      name,
      ...compact({ namespace, ownerReferences: options.owned ? [ownerReference(resource)] : undefined }),
    },
    replicas: options.replicas ?? 'External',
    ...compact({ currentNodePort: options.currentNodePort }),
  });
  return {
    deployment: web.deployment.toJson() as Manifest,
    service: web.service.toJson() as Manifest,
    metricsService: web.metricsService?.toJson() as Manifest | undefined,
  };
}

/** The children in the order in which they are applied. */
export function manifestsOf({ deployment, service, metricsService }: Children): Manifest[] {
  return [deployment, service, ...(metricsService === undefined ? [] : [metricsService])];
}

/** The reference by which a child names the resource as its one controller. */
function ownerReference({ metadata }: ElasticWebObject): OwnerReference {
  if (metadata.uid === undefined) {
    throw new Error(
      `ElasticWeb ${metadata.name}: children can only be owned by a stored object, and this one has no uid`,
    );
  }
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
