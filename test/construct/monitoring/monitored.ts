/** What `ElasticWebMonitoring` renders, taken apart for tests. */

import assert from 'node:assert/strict';
import type { Manifest } from '../../../src/construct/manifest.ts';
import { ElasticWebMonitoring } from '../../../src/construct/monitoring/monitoring.ts';
import { charted } from '../rendered.ts';

/** One alert rule. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A group of a PrometheusRule. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

/** One query of the dashboard, and the panel in which it stands. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: unknown;
}

/** A panel or a row of the dashboard. */
export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

/** A variable of the dashboard. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
  readonly allValue?: string;
}

/** The parts of the dashboard that tests look at. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly DashboardPanel[];
}

/** All that is rendered from the props. */
export const monitored = (props: object = {}): Manifest[] =>
  charted((scope) => new ElasticWebMonitoring(scope, 'monitoring', props));

/** The one manifest of that kind. */
export function find(manifests: readonly Manifest[], kind: string): Manifest {
  const [manifest, ...more] = manifests.filter((one) => one.kind === kind);
  assert.ok(manifest && more.length === 0, kind);
  return manifest;
}

/** The groups of alert rules. */
export function groupsOf(props: object = {}): readonly RuleGroup[] {
  const { groups } = find(monitored(props), 'PrometheusRule').spec as { readonly groups: readonly RuleGroup[] };
  return groups;
}

/** All alerts. */
export const alertsOf = (props: object = {}): AlertRule[] => groupsOf(props).flatMap(({ rules }) => rules);

/** The dashboard, as Grafana reads it. */
export function dashboardOf(props: object = {}): Dashboard {
  const { data } = find(monitored(props), 'ConfigMap') as Manifest & {
    readonly data: Readonly<Record<string, string>>;
  };
  return JSON.parse(data['elasticweb.json'] ?? '') as Dashboard;
}
