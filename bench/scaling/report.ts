/** The figures of scaling beside what they should be. Pure. */

import { median } from '../figures.ts';
import type { Verdict } from '../targets.ts';
import { OUTAGES, type Outage } from './outages.ts';
import { NEED, type Step } from './steps.ts';
import type { TickCost } from './ticks.ts';

/** Everything that was measured. */
export interface ScalingFigures {
  readonly steps: readonly Step[];
  readonly fullSteps: readonly Step[];
  readonly outages: { readonly fewest: Record<Outage, number>; readonly before: number };
  readonly queriesAMinute: number;
  readonly ticks: TickCost;
}

/** What was found for each target. */
export function judgeScaling({ steps, fullSteps, outages, queriesAMinute, ticks }: ScalingFigures): Verdict[] {
  // A step that was never served counts as longer than any that was.
  const seconds = (of: readonly Step[]) => median(of.map((step) => step.seconds ?? Number.POSITIVE_INFINITY));
  const peak = Math.max(...[...steps, ...fullSteps].map((step) => step.peak));
  return [
    atMost('100 to 500 QPS: 90 % of the pods ready after', seconds(steps), 15, 's'),
    atMost('100 to 500 QPS: missing pod-seconds', median(steps.map((step) => step.missingPodSeconds)), 400, ''),
    atMost('the same, full pods serve 13 QPS: 90 % ready after', seconds(fullSteps), 60, 's'),
    atMost('the most pods in any of these steps', peak, 1.5 * NEED, 'pods'),
    ...OUTAGES.map((outage) => {
      const target = `a minute of ${outage}: pods left of ${outages.before}`;
      return { target, found: String(outages.fewest[outage]), met: outages.fewest[outage] >= outages.before };
    }),
    atMost('Prometheus queries a minute, 50 ElasticWebs', queriesAMinute, 24, ''),
    atMost('10,000 ElasticWebs decided in', ticks.decideMs, 100, 'ms'),
    atMost('10,000 ElasticWebs: the longest block of the event loop', ticks.longestBlockMs, 50, 'ms'),
  ];
}

function atMost(what: string, found: number, limit: number, unit: string): Verdict {
  return { target: `${what}: at most ${limit} ${unit}`.trim(), found: found.toFixed(1), met: found <= limit };
}
