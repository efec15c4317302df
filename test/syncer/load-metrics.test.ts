/** What is counted of the queries to Prometheus. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import type { QueryReport } from '../../src/prometheus/source.ts';
import { LoadMetrics } from '../../src/syncer/load-metrics.ts';

/** The time of the last success after these queries; 0: there was none. */
async function lastSuccess(...queries: readonly Pick<QueryReport, 'query' | 'outcome'>[]): Promise<number> {
  const registry = new Registry();
  const metrics = new LoadMetrics(registry);
  for (const one of queries) metrics.queried({ group: 'Pods requests_total', durationMs: 1, ...one });
  const told = await registry.getSingleMetric('elasticweb_metric_last_success_timestamp_seconds')?.get();
  return told?.values[0]?.value ?? NaN;
}

const rows = [
  { name: 'the load itself', query: 'load', outcome: 'ok', counts: true },
  { name: 'that nobody has such a metric', query: 'load', outcome: 'NoData', counts: true },
  { name: 'a query that failed', query: 'load', outcome: 'SourceFailed', counts: false },
  { name: 'a part of the load', query: 'load', outcome: 'PartialAnswer', counts: false },
  { name: 'what the load covers, without the load', query: 'coverage', outcome: 'ok', counts: false },
] as const;
for (const { name, query, outcome, counts } of rows) {
  test(`the time of the last success ${counts ? 'moves' : 'stays'} with ${name}`, async () => {
    assert.equal((await lastSuccess({ query, outcome })) > 0, counts);
  });
}

test('while only the queries for the load fail, those for its coverage are no success', async () => {
  const tick = [
    { query: 'load', outcome: 'SourceFailed' },
    { query: 'coverage', outcome: 'ok' },
  ] as const;
  assert.equal(await lastSuccess(...tick, ...tick), 0);
});
