/** The custom resource as a construct: for cdk8s apps whose ElasticWebs are scaled by the syncer. */

import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { API_VERSION, KIND } from '../api/resource.ts';
import type { ElasticWebSpec } from '../api/types.ts';
import { validate } from '../api/validate.ts';
import { InvalidPropsError } from './invalid-props.ts';
import { compact } from './manifest.ts';
import { MONITORING_API_VERSION, monitorErrors, monitorOf, type MonitorProps } from './monitoring/monitor.ts';
import { childLabels } from './names.ts';
import { unrenderableKeys } from './renderable.ts';

/** What an `ElasticWebResource` is made from. */
export interface ElasticWebResourceProps {
  /**
   * Metadata of the resource.
   * @default - its name is the id of the construct
   */
  readonly metadata?: ApiObjectMetadata;
  readonly spec: ElasticWebSpec;
  /**
   * Has the metrics by which the syncer scales scraped by a Prometheus of the Prometheus Operator: with `mtargetPort` through a ServiceMonitor
   * for the metrics Service, else through a PodMonitor for the traffic port. An object beside the resource, and no field of it.
   * @default - no monitor; the one of `ElasticWebMonitoring` finds the metrics Services of all ElasticWebs
   */
  readonly monitor?: MonitorProps;
}

/** An ElasticWeb for the syncer to render and to scale. */
export class ElasticWebResource extends ApiObject {
  /** ServiceMonitor or PodMonitor; only with the prop `monitor`. */
  readonly monitor: ApiObject | undefined;

  /** @throws InvalidPropsError that names every field that is wrong, its value, and what was expected */
  constructor(scope: Construct, id: string, { metadata, spec, monitor }: ElasticWebResourceProps) {
    const name = metadata?.name ?? id;
    const resource = { apiVersion: API_VERSION, kind: KIND, metadata: { ...metadata, name }, spec };
    const validation = validate(resource);
    const errors = [
      ...(validation.kind === 'invalid' ? validation.errors : []),
      ...monitorErrors(monitor, spec),
      ...unrenderableKeys({ metadata: resource.metadata, ...spec, ...compact({ monitor }) }, ''),
    ];
    if (validation.kind === 'invalid' || errors.length > 0) {
      throw new InvalidPropsError('ElasticWebResource', name, errors);
    }
    super(scope, id, resource);
    const one = monitor && monitorOf(name, validation.resource.spec, monitor);
    this.monitor =
      one &&
      new ApiObject(this, 'monitor', {
        apiVersion: MONITORING_API_VERSION,
        kind: one.kind,
        metadata: {
          name,
          labels: { ...one.labels, ...childLabels(name) },
          ...compact({ namespace: metadata?.namespace }),
        },
        spec: one.spec,
      });
  }
}
