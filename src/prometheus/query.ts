/** What Prometheus is asked, as PromQL text: the load of all ElasticWebs of a group, and how much of it was seen. */

import type { Group } from './groups.ts';
import { type IdentityLabels, labelText, type Selection, selectorText } from './selector.ts';
import type { Windows } from './windows.ts';

/** The label, in answers only, that says which reading a series is. */
export const READING_LABEL = 'elasticweb_reading';

/** How the queries of a syncer are worded. */
export interface QuerySettings {
  readonly labels: IdentityLabels;
  readonly windows: Windows;
  /** How long a target must have been scraped without any series of the metric before it counts as one that serves nothing. */
  readonly idleWindowSeconds: number;
}

/** A query names at most so many namespaces, because its text must not grow without end. What more of them ask for is nobody's secret. */
const MOST_NAMESPACES = 200;

/** Requests per second of each ElasticWeb of the group: a series `stable` and a series `fast`. */
export function loadQuery(group: Group, settings: QuerySettings): string {
  const series = seriesOf(group, settings.labels);
  const by = identityOf(group, settings.labels).join(', ');
  return readings({
    stable: `sum by (${by}) (rate(${series}[${duration(settings.windows.stableWindowSeconds)}]))`,
    fast: `sum by (${by}) (${fastRate(series, settings.windows)})`,
  });
}

/**
 * The rate between the last two samples of each series, so that a step shows whole after one scrape. Only series that are still scraped
 * count: those of a pod that went away would be counted beside those of the pod in its place, and a rollout would look like twice the load.
 * Prometheus itself says only two intervals after the last scrape that a target is gone.
 */
function fastRate(series: string, windows: Windows): string {
  return `irate(${series}[${duration(windows.fastWindowSeconds)}]) and ${present(series, edgeSeconds(windows))}`;
}

/** The series whose last sample is at most so old, and that Prometheus has not seen end: it marks the end of a series, as no sample. */
function present(series: string, edge: number): string {
  return `timestamp(${series}) > time() - ${edge}`;
}

/** What counts as the beginning or the end of a window: a scrape interval, and a bit because no scrape is on time. */
function edgeSeconds({ scrapeIntervalSeconds }: Windows): number {
  return Math.round(1.1 * scrapeIntervalSeconds * 1000 + 1000) / 1000;
}

/**
 * How many targets are behind the load of each ElasticWeb of the group: the series `covered`, `seen`, `fast` and `idle`.
 *
 * - `covered`: have samples both at the beginning and at the end of the stable window, which takes 1.1 intervals and a second for each.
 *   `rate` takes the load of a series to go on for 1.1 intervals at both ends; beyond that the fast reading is the whole one. A series
 *   that ended has neither, so it is not covered from its end on.
 * - `seen`: have any sample in it. `fast`: count in the fast reading.
 * - `idle`: were scraped all the time, beside others that have the metric, and never had it. Some libraries make a series with the first
 *   request, and clients with few lasting connections leave pods without any: those pods miss nothing, they serve nothing.
 */
export function coverageQuery(group: Group, settings: QuerySettings): string {
  const { stableWindowSeconds: stable } = settings.windows;
  const series = seriesOf(group, settings.labels);
  const identity = identityOf(group, settings.labels);
  const edge = edgeSeconds(settings.windows);
  const targets = (samples: string) => `count by (${[...identity, 'instance'].join(', ')}) (${samples})`;
  const count = (found: string) => `count by (${identity.join(', ')}) (${found})`;
  return readings({
    covered: count(`${targets(first(series, stable, edge))} and ${targets(present(series, edge))}`),
    seen: count(targets(last(series, stable))),
    fast: count(targets(fastRate(series, settings.windows))),
    ...(group.type === 'Pods' ? { idle: count(idleTargets(group, { series, edge, targets }, settings)) } : {}),
  });
}

/**
 * Of the same job, because a sidecar that is scraped in another one never has the metric. That says nothing about the labels that
 * Prometheus does not know of a target, so of the selector only the two that say whose it is apply to `up`.
 */
function idleTargets(
  group: Group,
  { series, edge, targets }: { series: string; edge: number; targets: (samples: string) => string },
  settings: QuerySettings,
): string {
  const { labels, idleWindowSeconds: window } = settings;
  const { namespace, name } = labels;
  const up = selectorText({ metric: 'up', ...whose(group, labels), equal: [], withoutActuator: false });
  const scraped = `min_over_time(${up}[${duration(window)}]) == 1 and ${first(up, window, edge)} and ${last(up, edge)}`;
  const beside = `and on (${namespace}, ${name}, job) ${series}`;
  return `${targets(`(${scraped}) ${beside}`)} unless ${targets(last(series, window))}`;
}

/** The samples of the last seconds. */
function last(series: string, seconds: number): string {
  return `count_over_time(${series}[${duration(seconds)}])`;
}

/** The samples in the first seconds, `edge` of them, of a window that ends now. */
function first(series: string, window: number, edge: number): string {
  return `count_over_time(${series}[${duration(edge)}] offset ${duration(window - edge)})`;
}

function seriesOf(group: Group, labels: IdentityLabels): string {
  const { type, metric, matchLabels } = group;
  return selectorText({
    metric,
    ...whose(group, labels),
    equal: matchLabels,
    // Whoever names an uri has said what counts.
    withoutActuator: type === 'Pods' && !matchLabels.some(([label]) => label === 'uri'),
  });
}

/**
 * Only series of the namespaces that ask. Those of others are none of their business, not even whether there are any; and a heavy metric of one
 * namespace is not read for all.
 */
function whose(group: Group, labels: IdentityLabels): Pick<Selection, 'among' | 'present'> {
  const [namespace, ...names] = identityOf(group, labels) as [string, ...string[]];
  return group.namespaces.length > MOST_NAMESPACES
    ? { among: [], present: [namespace, ...names] }
    : { among: [[namespace, group.namespaces]], present: names };
}

/** What is counted elsewhere does not know the names of our Services. */
function identityOf({ type }: Pick<Group, 'type'>, { namespace, name }: IdentityLabels): string[] {
  return (type === 'Pods' ? [namespace, name] : [namespace]).map(labelText);
}

/** All in one answer, each with the label that tells them apart. */
function readings(queries: Readonly<Record<string, string>>): string {
  return Object.entries(queries)
    .map(([reading, query]) => `label_replace(${query}, "${READING_LABEL}", "${reading}", "", "")`)
    .join(' or ');
}

/** Whole milliseconds, which every server knows; fractions of seconds only some do. */
function duration(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}
