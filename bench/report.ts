/** The figures as a table for people: contenders side by side, with their ratio to the floor. Pure. */

import type { Measured } from './figures.ts';
import type { Verdict } from './targets.ts';

const FIGURES: Readonly<Record<string, { readonly label: string; readonly digits: number }>> = {
  converged: { label: 'ElasticWebs converged', digits: 0 },
  desiredReplicasTold: { label: 'with status.desiredReplicas right', digits: 0 },
  seconds: { label: 'seconds', digits: 2 },
  secondsFromFirstList: { label: 'seconds from its first list', digits: 2 },
  secondsToChange: { label: "seconds of the bench's own changes", digits: 2 },
  requests: { label: 'requests', digits: 0 },
  writesEach: { label: 'writes each', digits: 2 },
  readsEach: { label: 'single reads each', digits: 2 },
  writes: { label: 'writes', digits: 0 },
  unexpectedRequests: { label: 'requests but watches and lease', digits: 0 },
  cpuSeconds: { label: 'CPU seconds', digits: 2 },
  serverCpuSeconds: { label: 'CPU seconds of API server and etcd', digits: 2 },
  peakRssMiB: { label: 'peak RSS since its start, MiB', digits: 0 },
  eventLoopLagP99Ms: { label: 'event loop lag p99, ms', digits: 1 },
  eventLoopLagMaxMs: { label: 'event loop lag at most, ms', digits: 1 },
  othersPercent: { label: 'of the machine taken by others, %', digits: 0 },
};

/** Clocks and processors, whose ratio says something. */
const WITH_RATIO: ReadonlySet<string> = new Set([
  'seconds',
  'secondsFromFirstList',
  'cpuSeconds',
  'serverCpuSeconds',
  'peakRssMiB',
]);

export type Contenders = ReadonlyMap<string, Measured>;

/** All figures of all contenders. */
export function tableText(contenders: Contenders): string {
  const names = [...contenders.keys()];
  const rows: (readonly string[])[] = [['', ...names]];
  const scenarios = new Set([...contenders.values()].flatMap(({ figures }) => Object.keys(figures)));
  for (const scenario of scenarios) {
    rows.push([scenario]);
    for (const [figure, { label, digits }] of Object.entries(FIGURES)) {
      const cells = names.map((name) => cell(contenders, name, scenario, figure, digits));
      if (cells.some((text) => text !== '')) rows.push([`  ${label}`, ...cells]);
    }
    for (const kind of requestKinds(contenders, scenario)) {
      const counts = names.map((name) => contenders.get(name)?.requests[scenario]?.[kind] ?? 0);
      rows.push([`    ${kind}`, ...counts.map(String)]);
    }
  }
  return aligned(rows);
}

/** From so much on, seconds say more about the other work of the machine than about a contender. */
const NOISY_PERCENT = 10;

/** Says that the seconds are not to be trusted, where that is so; else nothing. */
export function noiseText(contenders: Contenders): string | undefined {
  const taken = [...contenders.values()].flatMap(({ figures }) =>
    Object.values(figures).map(({ othersPercent = 0 }) => othersPercent),
  );
  const most = Math.max(...taken);
  if (most <= NOISY_PERCENT) return undefined;
  return `Other processes took up to ${most.toFixed(0)} % of the machine: seconds and their ratios are noisy, requests are not.`;
}

/** Each target, what was found, and whether that is enough. */
export function verdictText(verdicts: readonly Verdict[]): string {
  return aligned(verdicts.map(({ target, found, met }) => [target, found, met ? 'met' : 'NOT MET']));
}

function requestKinds(contenders: Contenders, scenario: string): readonly string[] {
  const kinds = [...contenders.values()].flatMap(({ requests }) => Object.keys(requests[scenario] ?? {}));
  return [...new Set(kinds)].sort();
}

function cell(contenders: Contenders, name: string, scenario: string, figure: string, digits: number): string {
  const of = (contender: string) => contenders.get(contender)?.figures[scenario]?.[figure];
  const [value, least] = [of(name), of('floor')];
  if (value === undefined) return '';
  const shown = value.toFixed(digits);
  if (name === 'floor' || !WITH_RATIO.has(figure) || least === undefined || least === 0) return shown;
  return `${shown} (${(value / least).toFixed(2)}x)`;
}

/** Columns as wide as their widest cell, the first to the left and the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, text.length);
  return rows
    .map((row) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))))
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}
