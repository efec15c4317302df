/** When somebody should look: the alerts about syncers and about ElasticWebs, as rules of Prometheus. */

import type { SyncerIdentity } from '../rbac.ts';
import type { Alert } from './alert.ts';
import { elasticWebAlerts } from './elastic-web-alerts.ts';
import { syncerAlerts } from './syncer-alerts.ts';

/** What the rules are made from. */
export interface AlertSettings {
  readonly syncers: readonly SyncerIdentity[];
  /** Where docs/monitoring.md can be read; the name of the alert is put behind `#`. */
  readonly runbookUrl: string;
  /** Labels of every alert besides its severity. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The groups of a PrometheusRule, which are those of a rule file of Prometheus, too. */
export function ruleGroups({ syncers, runbookUrl, labels }: AlertSettings): object[] {
  const group = (name: string, alerts: readonly Alert[]) => ({
    name,
    rules: alerts.map(({ name: alert, severity, forMinutes, expr, summary, description }) => ({
      alert,
      expr,
      ...(forMinutes > 0 && { for: `${forMinutes}m` }),
      labels: { ...labels, severity },
      annotations: { summary, description, runbook_url: `${runbookUrl}#${alert.toLowerCase()}` },
    })),
  });
  return [group('elasticweb-syncer', syncerAlerts(syncers)), group('elasticweb', elasticWebAlerts())];
}
