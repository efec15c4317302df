/** What the dashboard shows: its rows of panels, each with the queries behind it. */

/** One query and how its series are called. */
export interface Query {
  /** PromQL with the dashboard's variables: `$job`, `$namespace`, `$name`, `$__rate_interval`. */
  readonly expr: string;
  /** Grafana's template of labels. */
  readonly legend: string;
}

/** One panel. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  /** One number now, or how it went; default the latter. */
  readonly type?: 'stat' | 'timeseries';
  /** Grafana's name of the unit. */
  readonly unit: 'short' | 'reqps' | 'ops' | 's' | 'bytes' | 'percentunit';
  readonly queries: readonly Query[];
}

/** A row of the dashboard; its panels stand side by side, and go on below. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const WEBS = 'job=~"$job",namespace=~"$namespace",name=~"$name"';
const SYNCERS = 'job=~"$job"';
const CONTROLLER = `${SYNCERS},controller="elasticweb"`;
const WEB = '{{namespace}}/{{name}}';

/** The highest value that any syncer tells, for each ElasticWeb: all of them tell of all. */
const told = (metric: string, ...by: readonly string[]): string =>
  `max by (${['namespace', 'name', ...by].join(', ')}) (${metric}{${WEBS}})`;
const count = (vector: string): string => `count(${vector}) or vector(0)`;
const rate = (by: string, metric: string, selector: string): string =>
  `sum by (${by}) (rate(${metric}{${selector}}[$__rate_interval]))`;

/** Half of them, nine of ten and 99 of a hundred were at most so high. */
function quantiles(metric: string, selector: string, by = ''): Query[] {
  const legend = by === '' ? '' : `{{${by}}} `;
  return [50, 90, 99].map((percent) => ({
    expr: `histogram_quantile(${percent / 100}, ${rate(by === '' ? 'le' : `${by}, le`, `${metric}_bucket`, selector)})`,
    legend: `${legend}p${percent}`,
  }));
}

/** Everything that the dashboard shows. */
export const ROWS: readonly Row[] = [
  {
    title: 'Overview',
    panels: [
      stat('ElasticWebs', 'How many there are.', count(told('elasticweb_ready'))),
      stat(
        'Not ready',
        'Those that do not serve, or whose newest version is not out.',
        count(`${told('elasticweb_ready')} == 0`),
      ),
      stat('Stalled', 'Those that somebody must change.', count(told('elasticweb_stalled'))),
      stat('Held', 'Those with another number of pods than the load asks for.', count(told('elasticweb_held'))),
      stat('Syncers', 'Those that answer.', `sum(up{${SYNCERS}}) or vector(0)`),
      stat('Leaders', 'One for each installation.', `sum(leader_election_master_status{${SYNCERS}}) or vector(0)`),
    ],
  },
  {
    title: 'ElasticWebs',
    panels: [
      {
        title: 'Requests',
        description: 'The measured load by which the number of pods is decided. A gap: it was unknown.',
        unit: 'reqps',
        queries: [{ expr: told('elasticweb_observed_qps'), legend: WEB }],
      },
      {
        title: 'Pods',
        description: 'Those that there should be, that there are, and that are ready.',
        unit: 'short',
        queries: [
          { expr: told('elasticweb_desired_replicas'), legend: `${WEB} desired` },
          { expr: told('elasticweb_current_replicas'), legend: `${WEB} actual` },
          { expr: told('elasticweb_ready_replicas'), legend: `${WEB} ready` },
        ],
      },
      {
        title: 'Held',
        description: 'Where the number of pods is not what the load asks for, and why.',
        unit: 'short',
        queries: [{ expr: told('elasticweb_held', 'reason'), legend: `${WEB} {{reason}}` }],
      },
      {
        title: 'Age of the load',
        description: 'Time since the load was last asked for: an interval of the syncer, some seconds.',
        unit: 's',
        queries: [{ expr: `time() - ${told('elasticweb_metric_read_timestamp_seconds')}`, legend: WEB }],
      },
    ],
  },
  {
    title: 'Prometheus, as the syncer sees it',
    panels: [
      {
        title: 'Time of a query',
        description: 'How long the two queries of a tick take.',
        unit: 's',
        queries: quantiles('elasticweb_metric_query_duration_seconds', SYNCERS, 'query'),
      },
      {
        title: 'Queries',
        description: 'Queries, and those that brought no reading, by reason.',
        unit: 'ops',
        queries: [
          { expr: rate('query', 'elasticweb_metric_query_duration_seconds_count', SYNCERS), legend: '{{query}}' },
          { expr: rate('reason', 'elasticweb_metric_errors_total', SYNCERS), legend: '{{reason}}' },
        ],
      },
      {
        title: 'Time since the last answer',
        description: 'Time since Prometheus last answered a query for the load; of those that ask.',
        unit: 's',
        queries: [
          {
            expr: `time() - max by (job) (elasticweb_metric_last_success_timestamp_seconds{${SYNCERS}} > 0)`,
            legend: '{{job}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Passes',
    panels: [
      {
        title: 'Passes',
        description: 'Looks at an ElasticWeb, by what came of them.',
        unit: 'ops',
        queries: [{ expr: rate('result', 'controller_runtime_reconcile_total', CONTROLLER), legend: '{{result}}' }],
      },
      {
        title: 'Errors',
        description:
          'Passes that failed; among them those that only a change of the ElasticWeb ends, and mistakes in elasticweb.',
        unit: 'ops',
        queries: [
          { expr: rate('job', 'controller_runtime_reconcile_errors_total', CONTROLLER), legend: 'failed' },
          {
            expr: rate('job', 'controller_runtime_terminal_reconcile_errors_total', CONTROLLER),
            legend: 'must change',
          },
          { expr: rate('job', 'controller_runtime_reconcile_panics_total', CONTROLLER), legend: 'panics' },
        ],
      },
      {
        title: 'Time of a pass',
        description: 'How long a pass takes.',
        unit: 's',
        queries: quantiles('controller_runtime_reconcile_time_seconds', CONTROLLER),
      },
      {
        title: 'Children applied',
        description: 'What became of Deployments and Services.',
        unit: 'ops',
        queries: [{ expr: rate('kind, result', 'elasticweb_apply_total', SYNCERS), legend: '{{kind}} {{result}}' }],
      },
    ],
  },
  {
    title: 'Queue',
    panels: [
      {
        title: 'Added and retried',
        description: 'Keys that came into the queue, and those that come once more after a failure.',
        unit: 'ops',
        queries: [
          { expr: rate('job', 'workqueue_adds_total', CONTROLLER), legend: 'added' },
          { expr: rate('job', 'workqueue_retries_total', CONTROLLER), legend: 'retried' },
        ],
      },
      {
        title: 'Depth and workers',
        description: 'Keys that wait; workers at work, of so many.',
        unit: 'short',
        queries: [
          { expr: `sum by (job) (workqueue_depth{${CONTROLLER}})`, legend: 'waiting' },
          { expr: `sum by (job) (controller_runtime_active_workers{${CONTROLLER}})`, legend: 'at work' },
          { expr: `max by (job) (controller_runtime_max_concurrent_reconciles{${CONTROLLER}})`, legend: 'workers' },
        ],
      },
      {
        title: 'Time in the queue',
        description: 'How long keys wait for their turn.',
        unit: 's',
        queries: quantiles('workqueue_queue_duration_seconds', CONTROLLER),
      },
      {
        title: 'Time of the work',
        description: 'How long the work on a key takes.',
        unit: 's',
        queries: quantiles('workqueue_work_duration_seconds', CONTROLLER),
      },
      {
        title: 'Unfinished work',
        description: 'How long the work in hand has been going on: all of it, and the longest.',
        unit: 's',
        queries: [
          { expr: `sum by (job) (workqueue_unfinished_work_seconds{${CONTROLLER}})`, legend: 'all' },
          { expr: `max by (job) (workqueue_longest_running_processor_seconds{${CONTROLLER}})`, legend: 'longest' },
        ],
      },
    ],
  },
  {
    title: 'API server, as the syncer sees it',
    panels: [
      {
        title: 'Requests',
        description: 'Requests by method and answer; <error>: there was none.',
        unit: 'reqps',
        queries: [{ expr: rate('method, code', 'rest_client_requests_total', SYNCERS), legend: '{{method}} {{code}}' }],
      },
      {
        title: 'Watches that ended',
        description: 'By kind and reason. That the server closes one every few minutes is normal.',
        unit: 'ops',
        queries: [
          { expr: rate('kind, reason', 'elasticweb_watch_restarts_total', SYNCERS), legend: '{{kind}} {{reason}}' },
        ],
      },
      {
        title: 'Last heard of',
        description: 'Time since the API server told anything of a kind. At rest it is about a minute.',
        unit: 's',
        queries: [
          {
            expr: `time() - min by (job, kind) (elasticweb_watch_last_event_timestamp_seconds{${SYNCERS}})`,
            legend: '{{kind}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'CPU',
        description: 'Cores that each syncer uses.',
        unit: 'short',
        queries: [{ expr: rate('instance', 'process_cpu_seconds_total', SYNCERS), legend: '{{instance}}' }],
      },
      {
        title: 'Memory',
        description: 'Resident memory of each syncer.',
        unit: 'bytes',
        queries: [{ expr: `max by (instance) (process_resident_memory_bytes{${SYNCERS}})`, legend: '{{instance}}' }],
      },
      {
        title: 'Event loop',
        description: 'By how much timers are late in one of a hundred cases.',
        unit: 's',
        queries: [{ expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds{${SYNCERS}})`, legend: '{{instance}}' }],
      },
    ],
  },
];

function stat(title: string, description: string, expr: string): Panel {
  return { title, description, type: 'stat', unit: 'short', queries: [{ expr, legend: title }] };
}
