/** An ElasticWeb's Services: one for its traffic, and one for its metrics that never leaves the cluster. */

import type { DefaultedElasticWebSpec } from '../api/types.ts';
import { compact } from './manifest.ts';
import { METRICS_SERVICE_PORT_NAME, metricsPort, selectorLabels } from './names.ts';

/**
 * The spec of the Service for traffic.
 *
 * @param nodePort the node port that the Service has; without it, Kubernetes would pick another one whenever `port` changes
 */
export function serviceSpec(name: string, spec: DefaultedElasticWebSpec, nodePort?: number): object {
  const { service, serviceType } = spec;
  return compact({
    type: serviceType,
    selector: selectorLabels(name),
    ports: [
      compact({
        name: `${spec.name}-traffic`,
        port: spec.port,
        protocol: spec.protocol,
        targetPort: spec.targetPort ?? spec.podPort,
        nodePort: spec.nodePort ?? (serviceType === 'ClusterIP' ? undefined : nodePort),
      }),
    ],
    loadBalancerClass: service?.loadBalancerClass,
    loadBalancerSourceRanges: service?.loadBalancerSourceRanges,
    externalTrafficPolicy: service?.externalTrafficPolicy,
    sessionAffinity: service?.sessionAffinity,
  });
}

/** The spec of the Service for metrics; undefined without `mtargetPort`. */
export function metricsServiceSpec(name: string, spec: DefaultedElasticWebSpec): object | undefined {
  const metrics = metricsPort(spec);
  if (metrics === undefined) return undefined;
  return {
    type: 'ClusterIP',
    selector: selectorLabels(name),
    ports: [
      { name: METRICS_SERVICE_PORT_NAME, port: metrics.servicePort, protocol: 'TCP', targetPort: metrics.targetPort },
    ],
  };
}
