/** Which ElasticWebs are asked for together: one group a metric and set of labels. */

import type { DefaultedMetric } from '../api/types.ts';
import { type Unknown, unknown } from '../scaling/reading.ts';
import { type IdentityLabels, isLabelName, isMetricName } from './selector.ts';

/** One ElasticWeb whose load is asked for. */
export interface LoadTarget {
  /** `namespace/name` of the ElasticWeb. */
  readonly key: string;
  readonly namespace: string;
  /** The value of the name label: NAME-metrics, or NAME without a metrics port. Not used with metric type External. */
  readonly name: string;
  readonly metric: DefaultedMetric;
}

/** What is asked for in the same queries. */
export interface Group {
  /** Says which group it is, the same in every tick: `Pods requests_total {"method":"GET"}`. */
  readonly id: string;
  readonly type: 'Pods' | 'External';
  readonly metric: string;
  /** In the order of their names. */
  readonly matchLabels: readonly (readonly [label: string, value: string])[];
  readonly targets: readonly LoadTarget[];
}

/** All targets: each is in a group or refused. */
export interface Grouping {
  readonly groups: readonly Group[];
  /** By the key of the target. */
  readonly refused: ReadonlyMap<string, Unknown>;
}

/** More would be no grouping: each costs two queries a tick. */
export const MOST_GROUPS = 50;

/**
 * Groups the targets. Of more than 50 groups those with the most targets are asked for, and of equals the first by their text, so that
 * the choice is the same in every tick.
 *
 * A metric that must not become a query is refused: names that are none, and matchLabels that say whose series they are. The syncer
 * refuses those with more words; this is the last line.
 */
export function groupTargets(targets: readonly LoadTarget[], labels: IdentityLabels): Grouping {
  const refused = new Map<string, Unknown>();
  const byId = new Map<string, Group & { readonly targets: LoadTarget[] }>();
  for (const target of targets) {
    const flaw = flawOf(target.metric, labels);
    if (flaw !== undefined) {
      refused.set(target.key, unknown('NoSeries', `spec.autoscaling.metric is not asked for: ${flaw}`));
      continue;
    }
    const group = emptyGroup(target.metric);
    const known = byId.get(group.id);
    if (known === undefined) byId.set(group.id, { ...group, targets: [target] });
    else known.targets.push(target);
  }
  const ordered = [...byId.values()].sort((a, b) => b.targets.length - a.targets.length || compare(a.id, b.id));
  for (const { targets: left } of ordered.slice(MOST_GROUPS)) {
    for (const { key } of left) refused.set(key, TOO_MANY);
  }
  return { groups: ordered.slice(0, MOST_GROUPS), refused };
}

const TOO_MANY = unknown(
  'TooManyQueries',
  `the ElasticWebs of this syncer have more than ${MOST_GROUPS} combinations of metric type, name and matchLabels; ` +
    `only the ${MOST_GROUPS} that most of them share are asked for, and this is not one of them`,
);

function emptyGroup({ type, name, matchLabels = {} }: DefaultedMetric): Omit<Group, 'targets'> {
  const sorted = Object.entries(matchLabels).sort(([a], [b]) => compare(a, b));
  return { id: `${type} ${name} ${JSON.stringify(sorted)}`, type, metric: name, matchLabels: sorted };
}

/** Why it must not become a query. */
function flawOf({ name, matchLabels = {} }: DefaultedMetric, labels: IdentityLabels): string | undefined {
  if (!isMetricName(name)) return `its name, ${JSON.stringify(name)}, is not a Prometheus metric name`;
  for (const [label, value] of Object.entries(matchLabels)) {
    if (!isLabelName(label)) return `${JSON.stringify(label)} in its matchLabels is not a Prometheus label name`;
    if (label === labels.namespace || label === labels.name) {
      return `its matchLabels must not have ${label}, which says whose a series is`;
    }
    if (!value.isWellFormed()) return `the value of ${label} in its matchLabels has half a character`;
  }
  return undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
