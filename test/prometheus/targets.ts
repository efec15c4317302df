/** ElasticWebs whose load is asked for, and answers of Prometheus about them, as values for tests. */

import type { DefaultedMetric } from '../../src/api/types.ts';
import type { LoadTarget } from '../../src/prometheus/source.ts';

export const METRIC: DefaultedMetric = { type: 'Pods', name: 'http_server_requests_seconds_count' };

/** The ElasticWeb NAME of namespace shop. */
export function target(name: string, metric: Partial<DefaultedMetric> = {}, namespace = 'shop'): LoadTarget {
  return { key: `${namespace}/${name}`, namespace, name, metric: { ...METRIC, ...metric } };
}

/** One series of an answer, of namespace shop. */
export function series(name: string, which: string, value: unknown, timeSeconds: unknown = 1_700_000_000) {
  return { metric: { namespace: 'shop', service: name, elasticweb_reading: which }, value: [timeSeconds, value] };
}

/** The body of an answer. */
export function body(result: unknown, more: object = {}, resultType = 'vector'): string {
  return JSON.stringify({ status: 'success', data: { resultType, result }, ...more });
}
