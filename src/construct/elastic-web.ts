/** An ElasticWeb as a construct: typed props in, Deployment and Services out. */

import { ApiObject } from 'cdk8s';
import type { IScalable, ScalingTarget } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { show, type FieldError } from '../api/check.ts';
import { declaredReplicas } from '../api/declared-load.ts';
import { API_VERSION, KIND } from '../api/resource.ts';
import { INT32_MAX } from '../api/schema.ts';
import type { DefaultedElasticWebSpec, ElasticWebSpec } from '../api/types.ts';
import { validate } from '../api/validate.ts';
import { deploymentSpec, type PodExtras } from './deployment.ts';
import { InvalidPropsError } from './invalid-props.ts';
import { compact, type OwnerReference } from './manifest.ts';
import { MONITORING_API_VERSION, monitorErrors, monitorOf, type MonitorProps } from './monitoring/monitor.ts';
import { childLabels, metricsServiceName } from './names.ts';
import { unrenderableKeys } from './renderable.ts';
import { metricsServiceSpec, serviceSpec } from './service.ts';

/** What an `ElasticWeb` is made from: the fields of the custom resource's spec, and what only code may add. */
export interface ElasticWebProps extends Omit<ElasticWebSpec, 'replicas' | 'suspend'>, PodExtras {
  /** Name, namespace, and the metadata that the children get besides their own. */
  readonly metadata?: ElasticWebMetadataProps;
  /**
   * Number of pods; `External` leaves it out of the Deployment, for an HPA or anyone else who scales.
   * @default ceil(totalQPS / singlePodQPS), and 1 without totalQPS
   */
  readonly replicas?: number | 'External';
  /**
   * The node port that the Service has already and should keep. Unlike `nodePort` it is dropped where the Service type has none.
   * @default - Kubernetes picks one where the type has one
   */
  readonly currentNodePort?: number;
  /**
   * Has the metrics scraped by a Prometheus of the Prometheus Operator: with `mtargetPort` through a ServiceMonitor for the metrics Service,
   * else through a PodMonitor for the traffic port.
   * @default - no monitor; the one of `ElasticWebMonitoring` finds the metrics Services of all ElasticWebs
   */
  readonly monitor?: MonitorProps;
}

/** The metadata of an `ElasticWeb`'s children. */
export interface ElasticWebMetadataProps {
  /**
   * Name of Deployment and Service; the metrics Service is called NAME-metrics.
   * @default - the id of the construct
   */
  readonly name?: string;
  /** @default - the namespace of the chart */
  readonly namespace?: string;
  /** Labels of Deployment and Services besides the product's own, which win. The pods get `podLabels`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of Deployment and Services. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Owners, with whom the children are deleted. */
  readonly ownerReferences?: readonly OwnerReference[];
}

/**
 * A web service: a Deployment, a Service for its traffic and, with `mtargetPort`, a Service for its metrics.
 *
 * In a cdk8s app this is all there is: the number of pods follows from the declared load, or is left to someone else. For a
 * number that follows the measured load, write the custom resource with `ElasticWebResource`, and the syncer renders it through this construct.
 *
 * `ApiObject.of(web)` is the Deployment. It can be the target of cdk8s-plus' `HorizontalPodAutoscaler`, with `replicas: 'External'`.
 *
 * @example
 * new ElasticWeb(chart, 'shop', { image: 'nginx:1.29', port: 80, podPort: 80, singlePodQPS: 500, totalQPS: 700 });
 */
export class ElasticWeb extends Construct implements IScalable {
  readonly deployment: ApiObject;
  readonly service: ApiObject;
  /** Only with `mtargetPort`. */
  readonly metricsService: ApiObject | undefined;
  /** Whether an autoscaler of the app has this as its target. */
  hasAutoscaler = false;
  readonly #pods: number | undefined;
  /** ServiceMonitor or PodMonitor; only with the prop `monitor`. */
  readonly monitor: ApiObject | undefined;

  /** @throws InvalidPropsError that names every prop that is wrong, its value, and what was expected */
  constructor(scope: Construct, id: string, props: ElasticWebProps) {
    super(scope, id);
    const { metadata = {}, replicas, currentNodePort, monitor, ...rest } = props;
    const { volumes, volumeMounts, serviceAccountName, automountServiceAccountToken, ...fields } = rest;
    const { name = id } = metadata;
    const extras = compact({ volumes, volumeMounts, serviceAccountName, automountServiceAccountToken });
    const spec = checked({ metadata: { ...metadata, name }, fields, extras, replicas, currentNodePort, monitor });

    const child = (
      childId: string,
      apiVersion: string,
      kind: string,
      childName: string,
      childSpec: object,
      { annotations = {}, labels = {} }: { readonly annotations?: object; readonly labels?: object } = {},
    ) =>
      new ApiObject(this, childId, {
        apiVersion,
        kind,
        metadata: {
          name: childName,
          labels: { ...metadata.labels, ...labels, ...childLabels(name) },
          ...compact({
            namespace: metadata.namespace,
            ownerReferences: metadata.ownerReferences === undefined ? undefined : [...metadata.ownerReferences],
          }),
          ...annotationsOf({ ...metadata.annotations, ...annotations }),
        },
        spec: childSpec,
      });

    this.#pods = replicas === 'External' ? undefined : (replicas ?? declaredReplicas(spec));
    this.deployment = child(
      'deployment',
      'apps/v1',
      'Deployment',
      name,
      deploymentSpec(name, spec, this.#pods, extras),
    );
    this.node.defaultChild = this.deployment;
    this.service = child(
      'service',
      'v1',
      'Service',
      name,
      serviceSpec(name, spec, currentNodePort),
      compact({ annotations: spec.service?.annotations }),
    );
    const metrics = metricsServiceSpec(name, spec);
    this.metricsService = metrics && child('metrics-service', 'v1', 'Service', metricsServiceName(name), metrics);
    const one = monitor && monitorOf(name, spec, monitor);
    this.monitor = one && child('monitor', MONITORING_API_VERSION, one.kind, name, one.spec, { labels: one.labels });
  }

  /**
   * Called by the autoscaler that has this as its target.
   *
   * @throws InvalidPropsError if the number of pods is fixed: both would set it
   */
  markHasAutoscaler(): void {
    if (this.#pods !== undefined) {
      const message = `must be External, for the autoscaler to set the number of pods, which is ${this.#pods}`;
      throw new InvalidPropsError('ElasticWeb', this.deployment.name, [{ path: 'replicas', message }]);
    }
    this.hasAutoscaler = true;
  }

  /** What an autoscaler scales: the Deployment. Its metrics are for the autoscaler's own props to say. */
  toScalingTarget(): ScalingTarget {
    const { kind, apiVersion, name } = this.deployment;
    return { kind, apiVersion, name, containers: [] };
  }
}

function annotationsOf(annotations: Record<string, string>): { annotations?: Record<string, string> } {
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/** What is checked of the props, by where it stands in them and in the resource. */
interface CheckedProps {
  readonly metadata: ElasticWebMetadataProps & { readonly name: string };
  readonly fields: Omit<ElasticWebSpec, 'replicas' | 'suspend'>;
  readonly extras: PodExtras;
  readonly replicas: number | 'External' | undefined;
  readonly currentNodePort: number | undefined;
  readonly monitor: MonitorProps | undefined;
}

/** The spec with its defaults; throws when it is not one, or when nobody would scale it. */
function checked(props: CheckedProps): DefaultedElasticWebSpec {
  const { metadata, fields, extras, replicas, currentNodePort, monitor } = props;
  const validation = validate({ apiVersion: API_VERSION, kind: KIND, metadata, spec: fields });
  const { autoscaling, ...rendered } = fields;
  const errors = [
    ...(validation.kind === 'invalid' ? validation.errors : []),
    ...(replicas === 'External' ? [] : numberErrors(replicas, 'replicas', 0, INT32_MAX, ', or External')),
    ...numberErrors(currentNodePort, 'currentNodePort', 1, 65_535),
    ...monitorErrors(monitor, fields),
    ...unrenderableKeys({ metadata, ...rendered, ...extras, ...compact({ monitor }) }, ''),
  ];
  if (autoscaling !== undefined && replicas === undefined) {
    errors.push({
      path: 'spec.autoscaling',
      message:
        'needs the syncer, which works on the custom resource: write it with ElasticWebResource, or give replicas (a number, or External when an HPA scales)',
    });
  }
  if (validation.kind === 'invalid' || errors.length > 0) {
    throw new InvalidPropsError('ElasticWeb', metadata.name, errors);
  }
  return validation.resource.spec;
}

function numberErrors(value: unknown, path: string, minimum: number, maximum: number, orElse = ''): FieldError[] {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum))
    return [];
  return [{ path, message: `must be a whole number from ${minimum} to ${maximum}${orElse}, got ${show(value)}` }];
}
