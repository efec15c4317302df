/** What happens, minute by minute, and which alert says so: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series */

/** Something that goes on for a while. */
export interface Story {
  readonly alert: string;
  /** The end of a sentence that begins with the alert's name and `fires` or `is silent`. */
  readonly when: string;
  /** Values a minute from 0 on, by series: `1x3` is 1 four times, `0+5x3` is 0, 5, 10, 15, `_` is none, `stale` is the end. */
  readonly series: Readonly<Record<string, string>>;
  /** From which minute on it fires, and not before; undefined: never. */
  readonly fires?: {
    readonly fromMinute: number;
    /** Besides the severity. */
    readonly labels: Readonly<Record<string, string>>;
    readonly description: string;
  };
}

const installation = { namespace: 'elasticweb-system', job: 'elasticweb-syncer' };
const one = { ...installation, pod: 'one', instance: '10.0.0.1:8080' };
const other = { ...installation, pod: 'other', instance: '10.0.0.2:8080' };
/** What each syncer tells of an ElasticWeb: the namespace is that of the ElasticWeb. */
const web = { job: 'elasticweb-syncer', namespace: 'blog', name: 'shop' };
const CONTROLLER = { controller: 'elasticweb' };

/** A series as Prometheus writes it. */
const series = (metric: string, ...labels: readonly Readonly<Record<string, string>>[]): string =>
  `${metric}{${Object.entries(Object.assign({}, ...labels) as Record<string, string>)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;

/** The same series of both syncers. */
const both = (metric: string, values: string, labels: Readonly<Record<string, string>> = {}) => ({
  [series(metric, one, web, labels)]: values,
  [series(metric, other, web, labels)]: values,
});

const passes = (labels: { total: string; errors: string; terminal: string }) => ({
  [series('controller_runtime_reconcile_total', one, CONTROLLER, { result: 'success' })]: labels.total,
  [series('controller_runtime_reconcile_errors_total', one, CONTROLLER)]: labels.errors,
  [series('controller_runtime_terminal_reconcile_errors_total', one, CONTROLLER)]: labels.terminal,
});

const requests = (code: string, values: string) => ({
  [series('rest_client_requests_total', one, { code, method: 'GET', host: '10.96.0.1' })]: values,
});

const watchEnds = (reason: string, values: string) => ({
  [series('elasticweb_watch_restarts_total', one, { kind: 'Service', reason })]: values,
});

const waits = (seconds: string, values: string) => ({
  [series('workqueue_queue_duration_seconds_bucket', one, CONTROLLER, { le: seconds })]: values,
});

/** The queries of the one that leads; the other asks for nothing. */
const queries = ({ asked, answered }: { readonly asked: string; readonly answered: string }) => ({
  [series('elasticweb_metric_query_duration_seconds_count', one, { query: 'load' })]: asked,
  [series('elasticweb_metric_last_success_timestamp_seconds', one)]: answered,
  [series('elasticweb_metric_last_success_timestamp_seconds', other)]: '0x60',
});
/** Prometheus answers every query. */
const ANSWERED = queries({ asked: '0+12x60', answered: '0+60x60' });

const leads = (who: Readonly<Record<string, string>>, values: string) => ({
  [series('leader_election_master_status', who, { name: 'elasticweb-syncer' })]: values,
});

const NOBODY_LEADS =
  'No syncer of elasticweb-system/elasticweb-syncer holds the Lease. What runs goes on; changes, drift and load are not followed.';
const UNREADABLE =
  'The Prometheus of elasticweb-syncer has answered no query for the load for 11m 0s. The numbers of pods stay as they are.';

/** All stories; every alert has one in which it fires and one in which it does not. */
export const STORIES: readonly Story[] = [
  {
    alert: 'ElasticWebSyncerNoLeader',
    when: 'two minutes after the last one has stopped leading',
    series: { ...leads(one, '1x3 0x20'), ...leads(other, '0x30') },
    fires: { fromMinute: 6, labels: installation, description: NOBODY_LEADS },
  },
  {
    alert: 'ElasticWebSyncerNoLeader',
    when: 'when nothing is scraped at all',
    series: { 'up{job="something-else"}': '1x30' },
    fires: { fromMinute: 2, labels: installation, description: NOBODY_LEADS },
  },
  {
    alert: 'ElasticWebSyncerNoLeader',
    when: 'while one of two leads',
    series: { ...leads(one, '0x60'), ...leads(other, '1x60') },
  },
  {
    alert: 'ElasticWebSyncerNoLeader',
    when: 'when the other one takes over within a minute',
    series: { ...leads(one, '1x3 0x56'), ...leads(other, '0x4 1x55') },
  },
  {
    alert: 'ElasticWebSyncerDown',
    when: 'when one of two has not answered for five minutes',
    series: { [series('up', one)]: '1x2 0x20', [series('up', other)]: '1x60' },
    fires: {
      fromMinute: 8,
      labels: one,
      description:
        'The syncer elasticweb-system/one (10.0.0.1:8080) cannot be scraped. If it is gone, nobody may be left to take over.',
    },
  },
  {
    alert: 'ElasticWebSyncerDown',
    when: 'about a restart, and about other jobs',
    series: { [series('up', one)]: '1x2 0x3 1x60', 'up{job="something-else"}': '0x60' },
  },
  {
    alert: 'ElasticWebSyncerPanics',
    when: 'at the first mistake',
    series: { [series('controller_runtime_reconcile_panics_total', one, CONTROLLER)]: '0x3 1x20' },
    fires: {
      fromMinute: 4,
      labels: installation,
      description:
        'Passes of elasticweb-system/elasticweb-syncer ended in an error that is a mistake in elasticweb. Only those ElasticWebs are affected; the log names them.',
    },
  },
  {
    alert: 'ElasticWebSyncerPanics',
    when: 'without a mistake, and about those of other controllers',
    series: {
      [series('controller_runtime_reconcile_panics_total', one, CONTROLLER)]: '0x60',
      [series('controller_runtime_reconcile_panics_total', one, { controller: 'other' })]: '0+1x60',
    },
  },
  {
    alert: 'ElasticWebReconcileErrors',
    when: 'when one pass in five has failed for ten minutes',
    series: passes({ total: '0+100x30', errors: '0+20x30', terminal: '0x30' }),
    fires: {
      fromMinute: 11,
      labels: installation,
      description: '20% of the passes of elasticweb-system/elasticweb-syncer fail.',
    },
  },
  {
    alert: 'ElasticWebReconcileErrors',
    when: 'when one pass in twenty fails',
    series: passes({ total: '0+100x60', errors: '0+5x60', terminal: '0x60' }),
  },
  {
    alert: 'ElasticWebReconcileErrors',
    when: 'when ElasticWebs must change, which has an alert of its own',
    series: passes({ total: '0+100x60', errors: '0+90x60', terminal: '0+90x60' }),
  },
  {
    alert: 'ElasticWebReconcileErrors',
    when: 'when there is nothing to do',
    series: passes({ total: '7x60', errors: '3x60', terminal: '0x60' }),
  },
  {
    alert: 'ElasticWebApiErrors',
    when: 'when half of the requests have failed for a quarter of an hour, for whatever reason',
    series: {
      ...requests('200', '0+50x40'),
      ...requests('503', '0+20x40'),
      ...requests('403', '0+20x40'),
      ...requests('<error>', '0+10x40'),
    },
    fires: {
      fromMinute: 16,
      labels: installation,
      description: '50% of the requests of elasticweb-system/elasticweb-syncer to the API server fail or are refused.',
    },
  },
  {
    alert: 'ElasticWebApiErrors',
    when: 'about conflicts and what is not found, which are answers',
    series: { ...requests('200', '0+10x60'), ...requests('409', '0+60x60'), ...requests('404', '0+30x60') },
  },
  {
    alert: 'ElasticWebWorkStuck',
    when: 'when a pass goes on for more than a minute, and then for another',
    series: { [series('workqueue_longest_running_processor_seconds', one, CONTROLLER)]: '5+60x20' },
    fires: {
      fromMinute: 2,
      labels: { ...one, ...CONTROLLER },
      description:
        'A pass of elasticweb-system/one (10.0.0.1:8080) has been going on for 2m 5s; a pass takes milliseconds.',
    },
  },
  {
    alert: 'ElasticWebWorkStuck',
    when: 'when passes take half a minute each',
    series: { [series('workqueue_longest_running_processor_seconds', one, CONTROLLER)]: '30x60' },
  },
  {
    alert: 'ElasticWebQueueSlow',
    when: 'when keys have waited for more than ten seconds, up to a hundred, for ten minutes',
    series: { ...waits('10', '0x30'), ...waits('100', '0+10x30'), ...waits('+Inf', '0+10x30') },
    fires: {
      fromMinute: 11,
      labels: installation,
      description:
        'One in a hundred ElasticWebs waits for 1m 39s or more before elasticweb-system/elasticweb-syncer looks at it.',
    },
  },
  {
    alert: 'ElasticWebQueueSlow',
    when: 'when keys wait for some seconds',
    series: { ...waits('10', '0+10x60'), ...waits('100', '0+10x60'), ...waits('+Inf', '0+10x60') },
  },
  {
    alert: 'ElasticWebWatchErrors',
    when: 'when two watches of three have ended in an error for a quarter of an hour',
    series: { ...watchEnds('closed', '0+1x30'), ...watchEnds('failed', '0+1x30'), ...watchEnds('malformed', '0+1x30') },
    fires: {
      fromMinute: 16,
      labels: { ...installation, kind: 'Service' },
      description: '66.67% of the watches of elasticweb-system/elasticweb-syncer on Service end in an error.',
    },
  },
  {
    alert: 'ElasticWebWatchErrors',
    when: 'when the server closes watches, as it does',
    series: { ...watchEnds('closed', '0+1x60'), ...watchEnds('failed', '0x60') },
  },
  {
    alert: 'ElasticWebWatchErrors',
    when: 'when the API server was restarted once',
    series: { ...watchEnds('closed', '0x60'), ...watchEnds('failed', '0x5 1x55') },
  },
  {
    alert: 'ElasticWebWatchStale',
    when: 'after more than five minutes of silence',
    series: { [series('elasticweb_watch_last_event_timestamp_seconds', one, { kind: 'Service' })]: '0x30' },
    fires: {
      fromMinute: 6,
      labels: { ...one, kind: 'Service' },
      description:
        'elasticweb-system/one (10.0.0.1:8080) has heard nothing of Service for 6m 0s; at rest it is about a minute.',
    },
  },
  {
    alert: 'ElasticWebWatchStale',
    when: 'when a bookmark comes every minute',
    series: { [series('elasticweb_watch_last_event_timestamp_seconds', one, { kind: 'Service' })]: '0+60x60' },
  },
  {
    alert: 'ElasticWebMetricsUnavailable',
    when: 'ten minutes after the last answer',
    series: queries({ asked: '0+12x30', answered: '60x30' }),
    fires: { fromMinute: 12, labels: { job: 'elasticweb-syncer' }, description: UNREADABLE },
  },
  {
    alert: 'ElasticWebMetricsUnavailable',
    when: 'when there has never been an answer',
    series: queries({ asked: '0+12x30', answered: '0x30' }),
    fires: { fromMinute: 11, labels: { job: 'elasticweb-syncer' }, description: UNREADABLE },
  },
  { alert: 'ElasticWebMetricsUnavailable', when: 'while Prometheus answers', series: ANSWERED },
  {
    alert: 'ElasticWebMetricsUnavailable',
    when: 'when nobody asks any more',
    series: queries({ asked: '7x60', answered: '60x60' }),
  },
  {
    alert: 'ElasticWebStalled',
    when: 'after a quarter of an hour, once for both syncers, with the reason',
    series: both('elasticweb_stalled', '1x30', { reason: 'NameConflict' }),
    fires: {
      fromMinute: 15,
      labels: { ...web, reason: 'NameConflict' },
      description:
        'blog/shop is stalled: NameConflict. It stays so until somebody changes the ElasticWeb or what is in its way.',
    },
  },
  {
    alert: 'ElasticWebStalled',
    when: 'when it is mended within ten minutes',
    series: both('elasticweb_stalled', '1x9 stale', { reason: 'InvalidSpec' }),
  },
  {
    alert: 'ElasticWebNotReady',
    when: 'after a quarter of an hour, although the reason changes',
    series: {
      ...both('elasticweb_ready', '0x7 stale', { reason: 'Progressing' }),
      ...both('elasticweb_ready', '_x7 0x30', { reason: 'ApplyFailed' }),
    },
    fires: {
      fromMinute: 15,
      labels: web,
      description:
        'blog/shop has not been ready for a quarter of an hour: it does not serve, or its newest version does not roll out.',
    },
  },
  {
    alert: 'ElasticWebNotReady',
    when: 'about a rollout of ten minutes',
    series: {
      ...both('elasticweb_ready', '0x9 stale', { reason: 'Progressing' }),
      ...both('elasticweb_ready', '_x9 1x50', { reason: 'Available' }),
    },
  },
  {
    alert: 'ElasticWebNotReady',
    when: 'about one that is stalled, which has an alert of its own',
    series: {
      ...both('elasticweb_ready', '0x60', { reason: 'InvalidSpec' }),
      ...both('elasticweb_stalled', '1x60', { reason: 'InvalidSpec' }),
    },
  },
  {
    alert: 'ElasticWebNotReady',
    when: 'about one that was suspended before it was made, and so has no pods',
    series: both('elasticweb_ready', '0x60', { reason: 'Suspended' }),
  },
  {
    alert: 'ElasticWebLoadUnknown',
    when: 'when the load of one cannot be read for ten minutes, and that of others can',
    series: { ...both('elasticweb_scaling_active', '0x30', { reason: 'InvalidValue' }), ...ANSWERED },
    fires: {
      fromMinute: 10,
      labels: web,
      description: 'The load of blog/shop cannot be read. Its number of pods stays as it is.',
    },
  },
  {
    alert: 'ElasticWebLoadUnknown',
    when: 'when the syncer was given no Prometheus',
    series: {
      ...both('elasticweb_scaling_active', '0x30', { reason: 'NoMetricsSource' }),
      [series('elasticweb_metric_last_success_timestamp_seconds', one)]: '0x60',
    },
    fires: {
      fromMinute: 10,
      labels: web,
      description: 'The load of blog/shop cannot be read. Its number of pods stays as it is.',
    },
  },
  {
    alert: 'ElasticWebLoadUnknown',
    when: 'when no load can be read, which has an alert of its own',
    series: {
      ...both('elasticweb_scaling_active', '0x60', { reason: 'SourceUnreachable' }),
      ...queries({ asked: '0+12x60', answered: '0x60' }),
    },
  },
  {
    alert: 'ElasticWebLoadUnknown',
    when: 'when the number was set by hand, or is that of another autoscaler',
    series: {
      ...both('elasticweb_scaling_active', '0x60', { reason: 'ManualOverride' }),
      ...both('elasticweb_scaling_active', '0x60', { name: 'second', reason: 'ReplicasContended' }),
      ...both('elasticweb_scaling_active', '0x60', { name: 'third', reason: 'Suspended' }),
      ...both('elasticweb_scaling_active', '1x60', { name: 'fourth', reason: 'ValidMetricFound' }),
      ...ANSWERED,
    },
  },
  {
    alert: 'ElasticWebNoSeries',
    when: 'when there has been no series for half an hour',
    series: { ...both('elasticweb_scaling_active', '0x60', { reason: 'NoSeries' }), ...ANSWERED },
    fires: {
      fromMinute: 30,
      labels: web,
      description:
        'Prometheus has no series of the metric of blog/shop: it is not scraped, or it has not had a request yet. Its number of pods stays as it is.',
    },
  },
  {
    alert: 'ElasticWebNoSeries',
    when: 'when the first request comes within half an hour',
    series: {
      ...both('elasticweb_scaling_active', '0x20 stale', { reason: 'NoData' }),
      ...both('elasticweb_scaling_active', '_x20 1x40', { reason: 'ValidMetricFound' }),
    },
  },
  {
    alert: 'ElasticWebAtMaxReplicas',
    when: 'when the load has asked for more for a quarter of an hour',
    series: { [series('elasticweb_held', one, web, { reason: 'TooManyReplicas' })]: '1x30' },
    fires: {
      fromMinute: 15,
      labels: web,
      description: 'blog/shop has as many pods as it may have, and its load asks for more.',
    },
  },
  {
    alert: 'ElasticWebAtMaxReplicas',
    when: 'about a peak of ten minutes, and about what is held for other reasons',
    series: {
      [series('elasticweb_held', one, web, { reason: 'TooManyReplicas' })]: '1x9 stale',
      [series('elasticweb_held', one, web, { reason: 'ScaleDownStabilized' })]: '_x9 1x50',
    },
  },
  {
    alert: 'ElasticWebAtMaxReplicas',
    when: 'with mode Observe, in which the number of pods is not that of the load',
    series: {
      [series('elasticweb_held', one, web, { reason: 'TooManyReplicas' })]: '1x60',
      ...both('elasticweb_recommended_replicas', '5x60'),
    },
  },
  {
    alert: 'ElasticWebReplicasContended',
    when: 'when another autoscaler has had the number for ten minutes',
    series: both('elasticweb_scaling_active', '0x30', { reason: 'ReplicasContended' }),
    fires: {
      fromMinute: 10,
      labels: web,
      description: 'Another autoscaler or person owns the number of pods of blog/shop. The syncer leaves it to them.',
    },
  },
  {
    alert: 'ElasticWebReplicasContended',
    when: 'when the number was set by hand in the ElasticWeb',
    series: both('elasticweb_scaling_active', '0x60', { reason: 'ManualOverride' }),
  },
];
