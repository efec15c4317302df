/** How the rows of ElasticWebs stand below each other. Pure. */

import { printable } from '../../api/printable.ts';
import { duration } from '../chart/axis.ts';
import { NO_SYNCER, type StatusRow, SYNCER_AWAY } from './row.ts';

const HEADER = ['NAMESPACE', 'NAME', 'QPS', 'CAPACITY', 'PODS', 'LIMITS', 'REASON', 'MEASURED'] as const;
/** Those that are cut where there is no room, and how narrow they may become. */
const FLEXIBLE = [0, 1, 6] as const;
const NARROWEST = 8;
const GAP = 3;

/**
 * The lines of a table, its header first.
 *
 * @param width characters of a line; where a row is wider, long names are cut in the middle. Infinity: nothing is cut
 */
export function tableLines(
  rows: readonly StatusRow[],
  { nowMs, width }: { readonly nowMs: number; readonly width: number },
): string[] {
  const cells = [HEADER, ...rows.map((row) => cellsOf(row, nowMs))];
  const widths = fitted(
    HEADER.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length))),
    width,
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

/** What has to be said about the rows as a whole, as sentences with the next step. */
export function notesOn(rows: readonly StatusRow[]): string[] {
  const count = (reason: string): number => rows.filter((row) => row.reason === reason).length;
  const [unseen, away] = [count(NO_SYNCER), count(SYNCER_AWAY)];
  const next = 'is one running, and for these namespaces and labels? kubectl -n elasticweb-system get pods';
  return [
    ...(unseen > 0 ? [`no syncer has looked at ${amount(unseen)}: ${next}`] : []),
    ...(away > 0 ? [`no syncer has looked at the last change of ${amount(away)}, it seems to be away: ${next}`] : []),
  ];
}

const amount = (count: number): string => `${count} ElasticWeb${count === 1 ? '' : 's'}`;

function cellsOf(row: StatusRow, nowMs: number): string[] {
  const { replicas, desiredReplicas, recommendedReplicas, minReplicas, maxReplicas, reason } = row;
  return [
    row.namespace,
    row.name,
    load(row.qps),
    load(row.capacityQps),
    replicas === undefined ? '-' : `${replicas}/${desiredReplicas ?? '-'}`,
    maxReplicas === undefined ? '-' : `${minReplicas ?? '-'}-${maxReplicas}`,
    recommendedReplicas === undefined ? reason : `${reason}, Auto: ${recommendedReplicas}`,
    age(row.measuredAt, nowMs),
  ].map(printable);
}

/** Three digits of what is small, all of what is large. */
function load(qps: number | undefined): string {
  if (qps === undefined) return '-';
  return qps >= 100 ? String(Math.round(qps)) : String(Number(qps.toPrecision(3)));
}

/** Clocks differ; what was measured in the future was measured now. */
function age(time: string | undefined, nowMs: number): string {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? '-' : `${duration(Math.max(0, nowMs - ms) / 1000)} ago`;
}

/** The widths of the columns, the widest flexible ones made narrower until all fit, as far as that goes. */
function fitted(widths: readonly number[], most: number): readonly number[] {
  const fitting = [...widths];
  const room = most - GAP * (widths.length - 1);
  for (let surplus = fitting.reduce((sum, width) => sum + width, 0) - room; surplus > 0; surplus -= 1) {
    const widest = FLEXIBLE.reduce<number>(
      (best, column) => ((fitting[column] ?? 0) > (fitting[best] ?? 0) ? column : best),
      FLEXIBLE[0],
    );
    if ((fitting[widest] ?? 0) <= NARROWEST) break;
    fitting[widest] = (fitting[widest] ?? 0) - 1;
  }
  return fitting;
}

/** Names often differ at their ends. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}
