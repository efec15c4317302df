/** How the rows of ElasticWebs stand below each other. Pure. */

import { printable } from '../../api/printable.ts';
import { duration } from '../chart/axis.ts';
import { NO_SYNCER, type StatusRow, SYNCER_AWAY } from './row.ts';

const HEADER = ['NAMESPACE', 'NAME', 'QPS', 'CAPACITY', 'PODS', 'LIMITS', 'REASON', 'MEASURED'] as const;
/** Those that are cut where there is no room, and how narrow they may become. */
const FLEXIBLE: readonly string[] = ['NAMESPACE', 'NAME', 'REASON'];
const NARROWEST = 8;
/** Between two columns, and where there is little room. */
const GAPS = [3, 2] as const;

/** How a table is laid out. */
export interface TableOptions {
  readonly nowMs: number;
  /** Characters of a line; where a row is wider, long names are cut in the middle. Infinity: nothing is cut. */
  readonly width: number;
  /** Whether rows tell their namespace: where there can be only one, it needs no column. @default true */
  readonly withNamespace?: boolean;
}

/** The lines of a table, its header first. */
export function tableLines(rows: readonly StatusRow[], { nowMs, width, withNamespace = true }: TableOptions): string[] {
  const header = withNamespace ? HEADER : HEADER.slice(1);
  const cells = [header, ...rows.map((row) => cellsOf(row, nowMs).slice(withNamespace ? 0 : 1))];
  const columns = header.map((name, column) => ({
    isFlexible: FLEXIBLE.includes(name),
    width: Math.max(...cells.map((row) => (row[column] ?? '').length)),
  }));
  const total = (gap: number): number => columns.reduce((sum, column) => sum + column.width + gap, -gap);
  const gap = total(GAPS[0]) <= width ? GAPS[0] : GAPS[1];
  const widths = narrowed(columns, total(gap) - width);
  return cells.map((row) =>
    row
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** What more there is to say about the reasons, a line for each row of which there is: `blog/shop: NameConflict: ...`. */
export function messagesOf(rows: readonly StatusRow[]): string[] {
  return rows.flatMap(({ namespace, name, reason, message }) =>
    message === undefined ? [] : [`${namespace}/${name}: ${reason}: ${message}`],
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
  const { readyReplicas, desiredReplicas, recommendedReplicas, minReplicas, maxReplicas, reason } = row;
  return [
    row.namespace,
    row.name,
    load(row.qps),
    load(row.capacityQps),
    readyReplicas === undefined ? '-' : `${readyReplicas}/${desiredReplicas ?? '-'}`,
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

/** The widths of the columns, the widest flexible one made narrower again and again, until the surplus is gone or nothing is left to cut. */
function narrowed(
  columns: readonly { readonly width: number; readonly isFlexible: boolean }[],
  surplus: number,
): number[] {
  const widths = columns.map(({ width }) => width);
  const flexible = columns.flatMap(({ isFlexible }, column) => (isFlexible ? [column] : []));
  for (let left = surplus; left > 0; left -= 1) {
    const widest = Math.max(...flexible.map((column) => widths[column] ?? 0));
    if (widest <= NARROWEST) break;
    const column = flexible.find((one) => widths[one] === widest) ?? 0;
    widths[column] = widest - 1;
  }
  return widths;
}

/** Names often differ at their ends. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}
