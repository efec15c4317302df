/** PromQL read back by Prometheus' own grammar. */

import { parser } from '@prometheus-io/lezer-promql';

/** What a query is made of. */
export interface Parsed {
  /** All nodes of its syntax tree by name, the parents first; `⚠` is what the grammar cannot read. */
  readonly shape: readonly string[];
  /** The matchers of all selectors, in order, as they are written: `method="GET"`. */
  readonly matchers: readonly string[];
  /** The same of all groupings: `(namespace, service)`. */
  readonly groupings: readonly string[];
  readonly metrics: readonly string[];
}

export function parsed(query: string): Parsed {
  const shape: string[] = [];
  const found = { matchers: [] as string[], groupings: [] as string[], metrics: [] as string[] };
  parser.parse(query).iterate({
    enter({ name, from, to }) {
      shape.push(name);
      const text = query.slice(from, to);
      if (name.endsWith('LabelMatcher')) found.matchers.push(text);
      if (name === 'GroupingLabels') found.groupings.push(text);
      if (name === 'VectorSelector') found.metrics.push(text.split('{')[0] ?? '');
    },
  });
  return { shape, ...found };
}
