/** How Prometheus finds the metrics of one ElasticWeb: as a ServiceMonitor or PodMonitor of the Prometheus Operator. */

import { schemaErrors, type FieldError } from '../../api/check.ts';
import { isObject } from '../../api/defaults.ts';
import { labelErrors } from '../../api/metadata.ts';
import { int32, object, text } from '../../api/schema.ts';
import type { DefaultedElasticWebSpec, ElasticWebSpec } from '../../api/types.ts';
import { compact } from '../manifest.ts';
import { METRICS_SERVICE_PORT_NAME, selectorLabels } from '../names.ts';

/** Group and version of the Prometheus Operator's kinds. */
export const MONITORING_API_VERSION = 'monitoring.coreos.com/v1';

/** Where Spring Boot, whose counter is the default of `autoscaling.metric`, tells its metrics. */
export const DEFAULT_METRICS_PATH = '/actuator/prometheus';

/** What the Prometheus of the Helm chart kube-prometheus-stack selects by, where the release is called `prometheus`. */
export const DEFAULT_MONITOR_LABELS = { release: 'prometheus' } as const;

/** How the metrics of one ElasticWeb are scraped. */
export interface MonitorProps {
  /**
   * Labels of the monitor by which Prometheus selects it (`serviceMonitorSelector`, `podMonitorSelector`), besides `app` and the product's own.
   * @default { release: 'prometheus' }
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Path of the metrics.
   * @default /actuator/prometheus
   */
  readonly path?: string;
  /**
   * Seconds between two scrapes. Where a syncer scales by these metrics, its `--scrape-interval` must not be shorter.
   * @default - as Prometheus does unless told otherwise
   */
  readonly intervalSeconds?: number;
}

/** Schemas of props that all monitors share. */
export const pathSchema = text('', { pattern: '^/[!-~]*$' });
export const intervalSchema = int32('', { minimum: 1, maximum: 3600 });

const PROPS = object('', { labels: {}, path: pathSchema, intervalSeconds: intervalSchema });

/** What is wrong with a monitor's props, and why there can be none. */
export function monitorErrors(
  monitor: MonitorProps | undefined,
  spec: Pick<ElasticWebSpec, 'mtargetPort' | 'protocol'> | undefined,
): FieldError[] {
  if (monitor === undefined) return [];
  const message = 'needs mtargetPort: metrics are read over TCP, and the traffic port speaks UDP';
  const isUnreachable = spec?.mtargetPort === undefined && spec?.protocol === 'UDP';
  return [
    ...schemaErrors(monitor, PROPS, 'monitor'),
    ...labelErrors(isObject(monitor) ? monitor.labels : undefined, 'monitor.labels'),
    ...(isUnreachable ? [{ path: 'monitor', message }] : []),
  ];
}

/** A monitor without its name: by what it is selected, and what it looks at. */
export interface MonitorManifest {
  readonly kind: 'ServiceMonitor' | 'PodMonitor';
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: object;
}

/**
 * The monitor of one ElasticWeb. With `mtargetPort` it looks at the metrics Service. Without, metrics are on the traffic port, and the pods
 * are asked: the Service of that port would be another one for those who look for metrics. Either way each series says in `namespace`
 * and `service` whose it is, as scaling looks for it: `NAME-metrics` with the metrics Service, else `NAME`.
 */
export function monitorOf(name: string, spec: DefaultedElasticWebSpec, monitor: MonitorProps): MonitorManifest {
  const { labels = DEFAULT_MONITOR_LABELS } = monitor;
  const selector = { matchLabels: selectorLabels(name) };
  const how = endpoint(monitor);
  if (spec.mtargetPort !== undefined) {
    const endpoints = [{ port: METRICS_SERVICE_PORT_NAME, ...how }];
    return { kind: 'ServiceMonitor', labels, spec: { selector, endpoints } };
  }
  const relabelings = [{ action: 'replace', targetLabel: 'service', replacement: name }];
  return {
    kind: 'PodMonitor',
    labels,
    spec: { selector, podMetricsEndpoints: [{ port: spec.name, ...how, relabelings }] },
  };
}

/** Path and interval, as the Prometheus Operator writes them. */
export function endpoint({ path = DEFAULT_METRICS_PATH, intervalSeconds }: MonitorProps): object {
  return compact({ path, interval: intervalSeconds === undefined ? undefined : `${intervalSeconds}s` });
}
