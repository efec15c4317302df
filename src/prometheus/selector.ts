/** Which series a query reads: a PromQL selector in which nothing but equality to given values can be said. */

/** The labels that say whose a series is. Settings of the syncer. */
export interface IdentityLabels {
  /** Holds the namespace of the ElasticWeb. */
  readonly namespace: string;
  /** Holds the name of the ElasticWeb, or that of its metrics Service. */
  readonly name: string;
}

/** As Prometheus names them where the Prometheus Operator sets it up. */
export const DEFAULT_LABELS: IdentityLabels = { namespace: 'namespace', name: 'service' };

/** What a selector is made of. */
export interface Selection {
  readonly metric: string;
  /** Labels of which one of these names must be the value; names as Kubernetes gives them to namespaces. */
  readonly among: readonly (readonly [label: string, names: readonly string[]])[];
  /** Labels that must be there, with whatever value. */
  readonly present: readonly string[];
  /** Labels and the values that they must have. */
  readonly equal: readonly (readonly [label: string, value: string])[];
  /** Leaves out what Spring's own pages count: probes and scrapes are no traffic. */
  readonly withoutActuator: boolean;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether it may be sent as the name of a metric. */
export function isMetricName(name: string): boolean {
  return METRIC_NAME.test(name);
}

/** Whether it may be sent as the name of a label; that of the metric's name is none. */
export function isLabelName(name: string): boolean {
  return LABEL_NAME.test(name) && name !== '__name__';
}

/**
 * The selector as PromQL: `requests_total{namespace=~"blog|shop",service!="",method="GET"}`.
 *
 * @throws TypeError for a name that is none: whoever calls has checked, and what slips through must not become a query
 */
export function selectorText({ metric, among, present, equal, withoutActuator }: Selection): string {
  const matchers = [
    ...among.map(([label, names]) => `${labelText(label)}${oneOfText(names)}`),
    ...present.map((label) => `${labelText(label)}!=""`),
    ...(withoutActuator ? ['uri!~"/actuator.*"'] : []),
    ...equal.map(([label, value]) => `${labelText(label)}=${stringText(value)}`),
  ];
  return `${metricText(metric)}{${matchers.join(',')}}`;
}

/** @throws TypeError if it is no name of a label */
export function labelText(label: string): string {
  if (!isLabelName(label)) throw new TypeError(`expected the name of a label, got ${JSON.stringify(label)}`);
  return label;
}

/**
 * What stands after a label. Nothing in such a name means anything else in a regular expression, and Prometheus looks a mere list of names up
 * as quickly as it does one. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 */
function oneOfText(names: readonly string[]): string {
  for (const name of names) {
    if (!DNS_LABEL.test(name)) throw new TypeError(`expected the name of a namespace, got ${JSON.stringify(name)}`);
  }
  if (names.length === 0) throw new TypeError('expected at least one namespace, got none');
  return `${names.length === 1 ? '=' : '=~'}"${names.join('|')}"`;
}

function metricText(metric: string): string {
  if (!isMetricName(metric)) throw new TypeError(`expected the name of a metric, got ${JSON.stringify(metric)}`);
  return metric;
}

/**
 * A string literal of PromQL.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
 *
 * @throws TypeError for half a character, which no request could carry as it is
 */
export function stringText(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('expected text of whole characters, got half a surrogate pair');
  return `"${value.replace(SPECIAL, escaped)}"`;
}

// What ends or bends a literal, and what does not survive logs and proxies: all control characters.
const SPECIAL = /["\\\p{Cc}]/gu;

function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
