/** How a run, or two beside each other, are summed up for people. Pure. */

import type { Summary } from './summary.ts';

/** A line for each figure, with a column for each run. */
export function summaryLines(ours: Summary, hpa: Summary | undefined): string[] {
  const runs = hpa === undefined ? [ours] : [ours, hpa];
  const row = (name: string, valueOf: (summary: Summary) => string): string[] => [name, ...runs.map(valueOf)];
  const share = (seconds: number, { seconds: all }: Summary): string =>
    `${number(seconds)} (${all === 0 ? 0 : Number(((seconds / all) * 100).toPrecision(2))} %)`;
  const rows = [
    ...(hpa === undefined ? [] : [['', 'elasticweb', 'HPA']]),
    row('pod-hours', ({ podHours }) => number(podHours)),
    row('seconds under capacity', (summary) => share(summary.underCapacitySeconds, summary)),
    row('missing pod-seconds', ({ missingPodSeconds }) => number(missingPodSeconds)),
    row('surplus pod-seconds', ({ surplusPodSeconds }) => number(surplusPodSeconds)),
    row('scale actions', ({ scaleUps, scaleDowns }) => `${scaleUps} up, ${scaleDowns} down`),
    row('peak pods', ({ peakPods }) => number(peakPods)),
    row('seconds of unknown load', (summary) => share(summary.unknownSeconds, summary)),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   '),
  );
}

/** With one digit behind the point at most, and none where it is 0. */
function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}
