/** What the children of an ElasticWeb are called, and by which labels they are found. */

import type { DefaultedElasticWebSpec } from '../api/types.ts';

/** Port number of the metrics Service, and of the container's metrics port, when `mtargetPort` is a name. */
export const DEFAULT_METRICS_PORT = 8090;
/** Name of the container's metrics port, where it is not the traffic port. */
export const METRICS_PORT_NAME = 'metrics';
/** Name of the metrics Service's port; the requirements' ServiceMonitor asks for it. */
export const METRICS_SERVICE_PORT_NAME = 'metric-traffic';
/** Name of the container. */
export const CONTAINER_NAME = 'web';

/** The value of `app.kubernetes.io/managed-by` on every child: what the syncer watches by. */
export const MANAGED_BY = 'elasticweb';

/** Name of the Service for metrics. */
export const metricsServiceName = (name: string): string => `${name}-metrics`;

/**
 * The labels by which Deployment and Services find the pods of one ElasticWeb.
 * Fixed for ever within v1: a Deployment's selector cannot be changed.
 */
export function selectorLabels(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': name };
}

/** The labels of every child. */
export function childLabels(name: string): Record<string, string> {
  return { ...selectorLabels(name), 'app.kubernetes.io/managed-by': MANAGED_BY, app: name };
}

/** A port of the container. */
export interface ContainerPort {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Where the metrics Service sends its traffic, and the container port that this needs besides the traffic port, if any. */
export interface MetricsPort {
  readonly servicePort: number;
  readonly targetPort: number | string;
  readonly extraContainerPort: ContainerPort | undefined;
}

/** The container's traffic port. */
export function trafficPort({ name, podPort, protocol }: DefaultedElasticWebSpec): ContainerPort {
  return { name, containerPort: podPort, protocol };
}

/**
 * The port for metrics; undefined without `mtargetPort`.
 *
 * Metrics are read over TCP. Where that is the traffic port, the container has one port; where the traffic port has the same number
 * but speaks UDP, it has two.
 */
export function metricsPort(spec: DefaultedElasticWebSpec): MetricsPort | undefined {
  const { mtargetPort, podPort, name, protocol } = spec;
  if (mtargetPort === undefined) return undefined;
  const number = mtargetPort === name ? podPort : typeof mtargetPort === 'string' ? DEFAULT_METRICS_PORT : mtargetPort;
  const isTrafficPort = number === podPort && protocol === 'TCP';
  const portName = isTrafficPort ? name : METRICS_PORT_NAME;
  return {
    servicePort: typeof mtargetPort === 'string' ? DEFAULT_METRICS_PORT : mtargetPort,
    targetPort: typeof mtargetPort === 'string' ? portName : mtargetPort,
    extraContainerPort: isTrafficPort ? undefined : { name: METRICS_PORT_NAME, containerPort: number, protocol: 'TCP' },
  };
}
