/** What is scraped of elasticweb as a whole: the syncers, and the metrics Services of all ElasticWebs. */

import { compact } from '../manifest.ts';
import { MANAGED_BY, METRICS_SERVICE_PORT_NAME } from '../names.ts';
import type { SyncerIdentity } from '../rbac.ts';
import { endpoint, type MonitorProps } from './monitor.ts';

/**
 * The spec of a PodMonitor for the syncers.
 *
 * `honorLabels`, since the syncer's metrics about an ElasticWeb have its namespace in the label `namespace`, where Prometheus would put that
 * of the syncer. The job is the name of the installation, by which alerts tell several apart.
 */
export function syncersSpec(syncers: readonly SyncerIdentity[], intervalSeconds: number): object {
  const values = unique(syncers.map(({ name }) => name));
  return {
    jobLabel: SYNCER_NAME_LABEL,
    namespaceSelector: { matchNames: unique(syncers.map(({ namespace }) => namespace)) },
    selector: { matchExpressions: [{ key: SYNCER_NAME_LABEL, operator: 'In', values }] },
    podMetricsEndpoints: [{ port: 'http', ...endpoint({ path: '/metrics', intervalSeconds }), honorLabels: true }],
  };
}

/** The label by which the pods of a syncer are found; its value is the name of the installation. */
const SYNCER_NAME_LABEL = 'app.kubernetes.io/name';

/** Which ElasticWebs are scraped, and how. */
export interface WebsScraping extends Pick<MonitorProps, 'path' | 'intervalSeconds'> {
  /** Undefined: of all namespaces. */
  readonly namespaces: readonly string[] | undefined;
}

/**
 * The spec of a ServiceMonitor for the metrics Services of all ElasticWebs.
 *
 * What one of them wants otherwise it says by annotations of its pods, which everybody knows: `prometheus.io/path`, and
 * `prometheus.io/scrape: "false"` where a monitor of its own does it.
 */
export function websSpec({ namespaces, ...how }: WebsScraping): object {
  return {
    namespaceSelector: namespaces === undefined ? { any: true } : { matchNames: namespaces },
    selector: { matchLabels: { 'app.kubernetes.io/managed-by': MANAGED_BY, 'app.kubernetes.io/name': 'elasticweb' } },
    endpoints: [
      compact({
        port: METRICS_SERVICE_PORT_NAME,
        ...endpoint(how),
        relabelings: [
          { action: 'drop', sourceLabels: [podAnnotation('scrape')], regex: 'false' },
          { action: 'replace', sourceLabels: [podAnnotation('path')], regex: '(/.*)', targetLabel: '__metrics_path__' },
        ],
      }),
    ],
  };
}

const podAnnotation = (name: string): string => `__meta_kubernetes_pod_annotation_prometheus_io_${name}`;

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
