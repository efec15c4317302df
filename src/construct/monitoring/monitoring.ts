/** Everything that watches over elasticweb: what is scraped, when somebody is told, and a dashboard. */

import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { schemaErrors, type FieldError } from '../../api/check.ts';
import { isObject } from '../../api/defaults.ts';
import { labelErrors } from '../../api/metadata.ts';
import { list, object, text, type Schema } from '../../api/schema.ts';
import { InvalidPropsError } from '../invalid-props.ts';
import { compact } from '../manifest.ts';
import { DEFAULT_SYNCER, type SyncerIdentity } from '../rbac.ts';
import { unrenderableKeys } from '../renderable.ts';
import { ruleGroups } from './alerts.ts';
import { dashboard } from './dashboard.ts';
import {
  DEFAULT_METRICS_PATH,
  DEFAULT_MONITOR_LABELS,
  intervalSchema,
  MONITORING_API_VERSION,
  pathSchema,
} from './monitor.ts';
import { syncersSpec, websSpec } from './scraping.ts';

/** The syncer's own default of `--scrape-interval`. */
const INTERVAL_SECONDS = 15;
/** What the sidecar of Grafana's Helm chart looks for. */
const DASHBOARD_LABELS = { grafana_dashboard: '1' } as const;
/** A stand-in, as the API group is: it says that there is a page, and which. */
const RUNBOOK_URL = 'https://elasticweb.example.com/docs/monitoring.md';

const dnsLabel: Schema = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
const PROPS = object('', {
  namespace: dnsLabel,
  labels: {},
  intervalSeconds: intervalSchema,
  syncers: list('', object('', { name: dnsLabel, namespace: dnsLabel }, { required: ['name', 'namespace'] }), {
    minItems: 1,
    maxItems: 100,
  }),
  webs: object('', { namespaces: list('', dnsLabel, { minItems: 1, maxItems: 1000 }), path: pathSchema }),
  alerts: object('', { labels: {}, runbookUrl: text('', { pattern: '^https?://[!-~]+$' }) }),
  dashboard: object('', { namespace: dnsLabel, labels: {}, folder: text('', { minLength: 1 }) }),
});

/** What an `ElasticWebMonitoring` is made from. */
export interface ElasticWebMonitoringProps {
  /**
   * Namespace of all objects: one in which Prometheus looks for monitors and rules.
   * @default elasticweb-system
   */
  readonly namespace?: string;
  /**
   * Labels by which Prometheus selects monitors and rules (`serviceMonitorSelector`, `podMonitorSelector`, `ruleSelector`).
   * @default { release: 'prometheus' }, which is what the Helm chart kube-prometheus-stack wants in a release of that name
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Seconds between two scrapes. The syncer's `--scrape-interval` must not be shorter.
   * @default 15, as the syncer's
   */
  readonly intervalSeconds?: number;
  /**
   * The installations that are watched: `name` and `namespace` of each `ElasticWebInstall`.
   * @default - the one in dist/
   */
  readonly syncers?: readonly SyncerIdentity[];
  /** The ElasticWebs whose metrics are scraped: those with an `mtargetPort`. */
  readonly webs?: {
    /**
     * The namespaces of these ElasticWebs.
     * @default - all
     */
    readonly namespaces?: readonly string[];
    /**
     * Path of the metrics, where an ElasticWeb does not name another in `podAnnotations` as `prometheus.io/path`.
     * @default /actuator/prometheus
     */
    readonly path?: string;
  };
  /** What every alert says besides what is wrong. */
  readonly alerts?: {
    /** Labels of every alert besides `severity`, for those who route them, such as `{ team: 'platform' }`. */
    readonly labels?: Readonly<Record<string, string>>;
    /**
     * Where people find `docs/monitoring.md`; each alert links to its section there.
     * @default https://elasticweb.example.com/docs/monitoring.md, where there is nothing: put it where your people look
     */
    readonly runbookUrl?: string;
  };
  /** How Grafana finds the dashboard. */
  readonly dashboard?: {
    /**
     * Namespace of the ConfigMap, for a Grafana that looks in one only.
     * @default - that of all objects
     */
    readonly namespace?: string;
    /**
     * Labels of the ConfigMap by which Grafana's sidecar finds it.
     * @default { grafana_dashboard: '1' }
     */
    readonly labels?: Readonly<Record<string, string>>;
    /**
     * Folder in Grafana, as the annotation `grafana_folder`.
     * @default - Grafana's own
     */
    readonly folder?: string;
  };
}

/**
 * What watches over elasticweb, for the Prometheus Operator and for Grafana: a PodMonitor for the syncers, a ServiceMonitor for the metrics
 * Services of all ElasticWebs, a PrometheusRule with the alerts, and a ConfigMap with the dashboard. One for a cluster.
 */
export class ElasticWebMonitoring extends Construct {
  /** PodMonitor for the syncers. */
  readonly syncers: ApiObject;
  /** ServiceMonitor for the metrics Services of all ElasticWebs. */
  readonly webs: ApiObject;
  /** PrometheusRule with the alerts. */
  readonly alerts: ApiObject;
  /** ConfigMap with the dashboard. */
  readonly dashboard: ApiObject;

  /** @throws InvalidPropsError that names every prop that is wrong, its value, and what was expected */
  constructor(scope: Construct, id: string, props: ElasticWebMonitoringProps = {}) {
    super(scope, id);
    const errors = propErrors(props);
    if (errors.length > 0) throw new InvalidPropsError('ElasticWebMonitoring', id, errors);
    const {
      namespace = DEFAULT_SYNCER.namespace,
      labels = DEFAULT_MONITOR_LABELS,
      intervalSeconds = INTERVAL_SECONDS,
    } = props;
    const { syncers = [DEFAULT_SYNCER], webs, alerts } = props;

    const made = (childId: string, kind: string, name: string, spec: object) =>
      new ApiObject(this, childId, {
        apiVersion: MONITORING_API_VERSION,
        kind,
        metadata: { name, namespace, labels: { ...labels } },
        spec,
      });
    this.syncers = made('syncers', 'PodMonitor', 'elasticweb-syncer', syncersSpec(syncers, intervalSeconds));
    const scraping = { namespaces: webs?.namespaces, path: webs?.path ?? DEFAULT_METRICS_PATH, intervalSeconds };
    this.webs = made('webs', 'ServiceMonitor', 'elasticweb', websSpec(scraping));
    const { runbookUrl = RUNBOOK_URL, labels: alertLabels = {} } = alerts ?? {};
    const groups = ruleGroups({ syncers, runbookUrl, labels: alertLabels });
    this.alerts = made('alerts', 'PrometheusRule', 'elasticweb', { groups });
    this.dashboard = new ApiObject(this, 'dashboard', dashboardConfigMap(namespace, props.dashboard));
  }
}

function dashboardConfigMap(
  common: string,
  { namespace = common, labels = DASHBOARD_LABELS, folder }: NonNullable<ElasticWebMonitoringProps['dashboard']> = {},
) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...{ name: 'elasticweb-dashboard', namespace, labels: { ...labels } },
      ...compact({ annotations: folder === undefined ? undefined : { grafana_folder: folder } }),
    },
    data: { 'elasticweb.json': `${JSON.stringify(dashboard(), null, 2)}\n` },
  };
}

function propErrors(props: ElasticWebMonitoringProps): FieldError[] {
  const labelsOf = (value: unknown) => (isObject(value) ? value.labels : undefined);
  return [
    ...schemaErrors(props, PROPS, ''),
    ...labelErrors(labelsOf(props), 'labels'),
    ...(['alerts', 'dashboard'] as const).flatMap((part) =>
      labelErrors(isObject(props) ? labelsOf(props[part]) : undefined, `${part}.labels`),
    ),
    ...unrenderableKeys(props, ''),
  ];
}
