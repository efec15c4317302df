/** What an ElasticWeb is: its names in the Kubernetes API, and the schema of the whole resource. */

import { behavior, autoscaling, fallback, metric, scalingPolicy, scalingRules } from './autoscaling.ts';
import {
  affinity,
  deploymentStrategy,
  envFromSource,
  envVar,
  probe,
  resourceRequirements,
  toleration,
  topologySpreadConstraint,
} from './pod-settings.ts';
import { rulesAt } from './rules.ts';
import { object, type Schema } from './schema.ts';
import { serviceSettings, spec } from './spec.ts';
import { condition, scalingStatus, status } from './status.ts';
import type { ElasticWebSpec, ElasticWebStatus } from './types.ts';

export const GROUP = 'elasticweb.example.com';
export const API_VERSION_NAME = 'v1';
export const KIND = 'ElasticWeb';
export const PLURAL = 'elasticwebs';
export const SHORT_NAME = 'ew';
export const API_VERSION = `${GROUP}/${API_VERSION_NAME}`;

/** On a foreign Deployment or Service: the name of the ElasticWeb that may take it over. */
export const ADOPT_ANNOTATION = `${GROUP}/adopt`;

/** The custom resource, as far as the product reads it. */
export interface ElasticWebObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ElasticWebMetadata;
  readonly spec: ElasticWebSpec;
  readonly status?: ElasticWebStatus;
}

/** The metadata of an ElasticWeb that the product reads. */
export interface ElasticWebMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The schema from which the CRD, the TypeScript types, the offline validator and the defaults come. */
export const resourceSchema: Schema = {
  ...object(
    'A web service that runs as many pods as its traffic needs: one Deployment, one Service, and one more Service for metrics.',
    {
      apiVersion: { type: 'string', description: `Always ${API_VERSION}.` },
      kind: { type: 'string', description: `Always ${KIND}.` },
      metadata: { type: 'object' },
      spec,
      status,
    },
    { required: ['spec'], 'x-kubernetes-validations': rulesAt('') },
  ),
};

/** The parts of the schema that have a TypeScript type of their own, by its name. */
export const NAMED_SCHEMAS: Readonly<Record<string, Schema>> = {
  ElasticWebSpec: spec,
  Autoscaling: autoscaling,
  Metric: metric,
  Behavior: behavior,
  ScalingRules: scalingRules,
  ScalingPolicy: scalingPolicy,
  Fallback: fallback,
  ServiceSettings: serviceSettings,
  ResourceRequirements: resourceRequirements,
  EnvVar: envVar,
  EnvFromSource: envFromSource,
  Probe: probe,
  Toleration: toleration,
  Affinity: affinity,
  TopologySpreadConstraint: topologySpreadConstraint,
  DeploymentStrategy: deploymentStrategy,
  ElasticWebStatus: status,
  ScalingStatus: scalingStatus,
  Condition: condition,
};
