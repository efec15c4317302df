/** The alerts about the syncers: whether one leads, hears of the cluster, gets on with its work, and can ask for the load. */

import type { SyncerIdentity } from '../rbac.ts';
import type { Alert } from './alert.ts';

/** How passes and keys of the one controller are told apart from those of other operators. */
const CONTROLLER = 'controller="elasticweb"';

/**
 * Whether Prometheus has answered no query for the load for five minutes, by installation. A syncer that asks for nothing does not count,
 * and one that never had an answer has a time of 0.
 */
export const LOAD_UNREADABLE = [
  'time() - max by (job) (elasticweb_metric_last_success_timestamp_seconds) > 300',
  'and on (job) sum by (job) (rate(elasticweb_metric_query_duration_seconds_count[5m])) > 0',
].join('\n');

/** The alerts about these syncers. */
export function syncerAlerts(syncers: readonly SyncerIdentity[]): Alert[] {
  const job = `job=~"${[...new Set(syncers.map(({ name }) => name))].sort().join('|')}"`;
  return [...presence(syncers, job), ...work(job), ...watches(job), loadUnreadable];
}

function presence(syncers: readonly SyncerIdentity[], job: string): Alert[] {
  return [
    {
      name: 'ElasticWebSyncerNoLeader',
      severity: 'critical',
      forMinutes: 2,
      expr: [
        'sum by (namespace, job) (',
        ...[`leader_election_master_status{${job}}`, ...syncers.map(nobody)].map(
          (term, index) => `  ${index === 0 ? '' : 'or '}${term}`,
        ),
        ') < 1',
      ].join('\n'),
      summary: 'No syncer works.',
      description:
        'No syncer of {{ $labels.namespace }}/{{ $labels.job }} holds the Lease. What runs goes on; changes, drift and load are not followed.',
    },
    {
      name: 'ElasticWebSyncerDown',
      severity: 'warning',
      forMinutes: 5,
      expr: `up{${job}} == 0`,
      summary: 'A syncer does not answer Prometheus.',
      description:
        'The syncer {{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.instance }}) cannot be scraped. If it is gone, nobody may be left to take over.',
    },
    {
      name: 'ElasticWebSyncerPanics',
      severity: 'warning',
      forMinutes: 0,
      expr: `sum by (namespace, job) (increase(controller_runtime_reconcile_panics_total{${CONTROLLER}}[15m])) > 0`,
      summary: 'A syncer met an error that no rule foresees.',
      description:
        'Passes of {{ $labels.namespace }}/{{ $labels.job }} ended in an error that is a mistake in elasticweb. Only those ElasticWebs are affected; the log names them.',
    },
  ];
}

/** Stands for an installation that tells nothing, so that it is 0 and not absent. */
function nobody({ name, namespace }: SyncerIdentity): string {
  return `label_replace(label_replace(vector(0), "job", "${name}", "", ""), "namespace", "${namespace}", "", "")`;
}

function work(job: string): Alert[] {
  return [
    {
      name: 'ElasticWebReconcileErrors',
      severity: 'warning',
      forMinutes: 10,
      // Those that only a change of the object ends have an alert of their own.
      expr: [
        'sum by (namespace, job) (',
        `  rate(controller_runtime_reconcile_errors_total{${CONTROLLER}}[5m])`,
        `  - rate(controller_runtime_terminal_reconcile_errors_total{${CONTROLLER}}[5m])`,
        ')',
        `/ sum by (namespace, job) (rate(controller_runtime_reconcile_total{${CONTROLLER}}[5m])) > 0.1`,
      ].join('\n'),
      summary: 'Many passes fail.',
      description: '{{ $value | humanizePercentage }} of the passes of {{ $labels.namespace }}/{{ $labels.job }} fail.',
    },
    {
      name: 'ElasticWebApiErrors',
      severity: 'warning',
      forMinutes: 15,
      expr: [
        `sum by (namespace, job) (rate(rest_client_requests_total{${job},code=~"401|403|429|5..|<error>"}[5m]))`,
        `/ sum by (namespace, job) (rate(rest_client_requests_total{${job}}[5m])) > 0.4`,
      ].join('\n'),
      summary: 'The API server fails many requests of a syncer.',
      description:
        '{{ $value | humanizePercentage }} of the requests of {{ $labels.namespace }}/{{ $labels.job }} to the API server fail or are refused.',
    },
    {
      name: 'ElasticWebWorkStuck',
      severity: 'warning',
      forMinutes: 1,
      expr: `workqueue_longest_running_processor_seconds{${CONTROLLER}} > 60`,
      summary: 'A pass does not end.',
      description:
        'A pass of {{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.instance }}) has been going on for {{ $value | humanizeDuration }}; a pass takes milliseconds.',
    },
    {
      name: 'ElasticWebQueueSlow',
      severity: 'warning',
      forMinutes: 10,
      expr: [
        'histogram_quantile(0.99, sum by (namespace, job, le) (',
        `  rate(workqueue_queue_duration_seconds_bucket{${CONTROLLER}}[5m])`,
        ')) > 60',
      ].join('\n'),
      summary: 'ElasticWebs wait long for their turn.',
      description:
        'One in a hundred ElasticWebs waits for {{ $value | humanizeDuration }} or more before {{ $labels.namespace }}/{{ $labels.job }} looks at it.',
    },
  ];
}

function watches(job: string): Alert[] {
  const ends = (selector: string) =>
    `sum by (namespace, job, kind) (rate(elasticweb_watch_restarts_total{${selector}}[10m]))`;
  return [
    {
      name: 'ElasticWebWatchErrors',
      severity: 'warning',
      forMinutes: 15,
      expr: `${ends(`${job},reason=~"failed|malformed"`)}\n/ ${ends(job)} > 0.4`,
      summary: 'Watches of a syncer break off again and again.',
      description:
        '{{ $value | humanizePercentage }} of the watches of {{ $labels.namespace }}/{{ $labels.job }} on {{ $labels.kind }} end in an error.',
    },
    {
      name: 'ElasticWebWatchStale',
      severity: 'critical',
      forMinutes: 0,
      expr: `time() - elasticweb_watch_last_event_timestamp_seconds{${job}} > 300`,
      summary: 'A syncer hears nothing of the cluster.',
      description:
        '{{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.instance }}) has heard nothing of {{ $labels.kind }} for {{ $value | humanizeDuration }}; at rest it is about a minute.',
    },
  ];
}

const loadUnreadable: Alert = {
  name: 'ElasticWebMetricsUnavailable',
  severity: 'critical',
  forMinutes: 5,
  expr: LOAD_UNREADABLE,
  summary: 'The load of no ElasticWeb can be read.',
  description:
    'The Prometheus of {{ $labels.job }} has answered no query for the load for {{ $value | humanizeDuration }}. The numbers of pods stay as they are.',
};
