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
  /** Those of the targets, each once and sorted. Not part of the id: the group is the same when a namespace joins it. */
  readonly namespaces: readonly string[];
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
 * Groups the targets, in an order that is fair to the namespaces (see `fairly`) and the same in every tick. Of more than 50 groups the
 * first 50 are asked for.
 *
 * A metric that must not become a query is refused: names that are none, and matchLabels that say whose series they are. The syncer
 * refuses those with more words; this is the last line.
 */
export function groupTargets(targets: readonly LoadTarget[], labels: IdentityLabels): Grouping {
  const refused = new Map<string, Unknown>();
  const byId = new Map<string, Omit<Group, 'namespaces'> & { readonly targets: LoadTarget[] }>();
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
  const ordered = fairly([...byId.values()].map((group) => ({ ...group, namespaces: namespacesOf(group) })));
  for (const { targets: left } of ordered.slice(MOST_GROUPS)) {
    for (const { key } of left) refused.set(key, TOO_MANY);
  }
  return { groups: ordered.slice(0, MOST_GROUPS), refused };
}

const TOO_MANY = unknown(
  'TooManyQueries',
  `the ElasticWebs of this syncer have more than ${MOST_GROUPS} combinations of metric type, name and matchLabels; ` +
    `only ${MOST_GROUPS} of these are asked for, those of each namespace in turn, and this is not one of them`,
);

/**
 * Each namespace has its groups in a row: first those that it shares with the most others, then those with the most targets, then by their
 * text. All that come first in the row of any namespace are first, in that same order; then all that come second, and so on. So however many groups
 * a namespace has, alone or together with others, each other namespace gets one for each of its.
 */
function fairly(groups: readonly Group[]): Group[] {
  const shares = groups.toSorted(
    (a, b) => b.namespaces.length - a.namespaces.length || b.targets.length - a.targets.length || compare(a.id, b.id),
  );
  const seen = new Map<string, number>();
  const ranked = shares.map((group) => {
    const places = group.namespaces.map((namespace) => seen.get(namespace) ?? 0);
    for (const namespace of group.namespaces) seen.set(namespace, (seen.get(namespace) ?? 0) + 1);
    return { group, place: places.reduce((first, place) => Math.min(first, place), Infinity) };
  });
  // Sorting keeps the order of equals.
  return ranked.sort((a, b) => a.place - b.place).map(({ group }) => group);
}

function emptyGroup({ type, name, matchLabels = {} }: DefaultedMetric): Omit<Group, 'targets' | 'namespaces'> {
  const sorted = Object.entries(matchLabels).sort(([a], [b]) => compare(a, b));
  return { id: `${type} ${name} ${JSON.stringify(sorted)}`, type, metric: name, matchLabels: sorted };
}

function namespacesOf({ targets }: Pick<Group, 'targets'>): string[] {
  return [...new Set(targets.map(({ namespace }) => namespace))].sort(compare);
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
