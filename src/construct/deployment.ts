/** An ElasticWeb's Deployment: the spec as Kubernetes runs it. */

import type { DefaultedElasticWebSpec, DeploymentStrategy, TopologySpreadConstraint } from '../api/types.ts';
import { compact } from './manifest.ts';
import { childLabels, CONTAINER_NAME, metricsPort, selectorLabels, trafficPort } from './names.ts';

/** What a cdk8s app may add to the pods, and a custom resource may not. */
export interface PodExtras {
  /** Volumes of the pods, in Kubernetes' own shape. */
  readonly volumes?: readonly Volume[];
  /** Where the container sees the volumes. */
  readonly volumeMounts?: readonly VolumeMount[];
  /** Service account of the pods. Its token is mounted only where `automountServiceAccountToken` says so. */
  readonly serviceAccountName?: string;
  /** Whether the pods get a token for the Kubernetes API. @default false */
  readonly automountServiceAccountToken?: boolean;
}

/** A volume: its name and one source, such as `{ name: 'cache', emptyDir: {} }`. */
export interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

/** Where a volume is mounted. */
export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/**
 * The Deployment's spec.
 *
 * @param replicas number of pods; undefined leaves the field out, for someone else to set
 */
export function deploymentSpec(
  name: string,
  spec: DefaultedElasticWebSpec,
  replicas: number | undefined,
  extras: PodExtras = {},
): object {
  return compact({
    replicas,
    selector: { matchLabels: selectorLabels(name) },
    strategy: fullStrategy(spec.strategy),
    progressDeadlineSeconds: spec.progressDeadlineSeconds,
    template: {
      metadata: compact({
        labels: { ...spec.podLabels, ...childLabels(name) },
        annotations: spec.podAnnotations,
      }),
      spec: podSpec(name, spec, extras),
    },
  });
}

/** What Kubernetes fills in: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment */
const ROLLING_UPDATE = { maxSurge: '25%', maxUnavailable: '25%' };

/**
 * The way of replacing pods, with the settings of rolling updates written down.
 *
 * What Kubernetes fills in belongs to nobody and would stay when `Recreate` is applied later, which is refused beside it. What was
 * applied goes with the apply that no longer names it.
 */
function fullStrategy({ type = 'RollingUpdate', rollingUpdate }: DeploymentStrategy = {}): DeploymentStrategy {
  if (type === 'Recreate') return compact({ type, rollingUpdate });
  return { type, rollingUpdate: { ...ROLLING_UPDATE, ...rollingUpdate } };
}

function podSpec(name: string, spec: DefaultedElasticWebSpec, extras: PodExtras): object {
  return compact({
    automountServiceAccountToken: extras.automountServiceAccountToken ?? false,
    serviceAccountName: extras.serviceAccountName,
    securityContext: {
      seccompProfile: { type: 'RuntimeDefault' },
      ...(spec.podSecurity === 'Restricted' && { runAsNonRoot: true }),
    },
    containers: [container(spec, extras)],
    volumes: extras.volumes,
    imagePullSecrets: spec.imagePullSecrets,
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds,
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations,
    affinity: spec.affinity,
    topologySpreadConstraints: spec.topologySpreadConstraints?.map((constraint) => spread(name, constraint)),
  });
}

function container(spec: DefaultedElasticWebSpec, extras: PodExtras): object {
  const metrics = metricsPort(spec);
  return compact({
    name: CONTAINER_NAME,
    image: spec.image,
    imagePullPolicy: spec.imagePullPolicy,
    command: spec.command,
    args: spec.args,
    env: spec.env,
    envFrom: spec.envFrom,
    ports: [trafficPort(spec), ...(metrics?.extraContainerPort === undefined ? [] : [metrics.extraContainerPort])],
    resources: spec.resources,
    volumeMounts: extras.volumeMounts,
    readinessProbe: spec.readinessProbe,
    livenessProbe: spec.livenessProbe,
    startupProbe: spec.startupProbe,
    lifecycle:
      spec.preStopSleepSeconds === undefined || spec.preStopSleepSeconds === 0
        ? undefined
        : { preStop: { sleep: { seconds: spec.preStopSleepSeconds } } },
    // Baseline leaves the runtime's capabilities alone: stock nginx and tomcat start as root and need some.
    securityContext: {
      allowPrivilegeEscalation: false,
      ...(spec.podSecurity === 'Restricted' && { runAsNonRoot: true, capabilities: { drop: ['ALL'] } }),
    },
  });
}

/** A constraint that names no pods is about the ElasticWeb's own; Kubernetes would count none. */
function spread(name: string, constraint: TopologySpreadConstraint): object {
  return { ...constraint, labelSelector: constraint.labelSelector ?? { matchLabels: selectorLabels(name) } };
}
