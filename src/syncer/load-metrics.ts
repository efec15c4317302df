/** What is counted of the questions to Prometheus. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { QueryReport } from '../prometheus/source.ts';

const QUERY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts queries. */
export class LoadMetrics {
  readonly #duration: Histogram<'query'>;
  readonly #errors: Counter<'reason'>;
  readonly #lastSuccess: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#duration = new Histogram({
      name: 'elasticweb_metric_query_duration_seconds',
      help: 'How long queries to Prometheus took.',
      labelNames: ['query'],
      buckets: QUERY_SECONDS,
      registers,
    });
    this.#errors = new Counter({
      name: 'elasticweb_metric_errors_total',
      help: 'Queries to Prometheus that brought no reading, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#lastSuccess = new Gauge({
      name: 'elasticweb_metric_last_success_timestamp_seconds',
      help: 'When Prometheus last answered a query for the load, if only that there is none.',
      registers,
    });
  }

  /** A query came to its end. */
  queried({ query, durationMs, outcome }: QueryReport): void {
    this.#duration.observe({ query }, durationMs / 1000);
    if (outcome !== 'ok') this.#errors.inc({ reason: outcome });
    // What a load covers is worth nothing without the load.
    if (query === 'load' && (outcome === 'ok' || outcome === 'NoData')) this.#lastSuccess.set(Date.now() / 1000);
  }
}
