/** What load an answer of Prometheus tells: that of its `query_range`, or what `promtool query range -o json` makes of it. Pure. */

import { isObject } from '../../api/defaults.ts';
import { printable } from '../../api/printable.ts';
import { quoted, shortened, type TraceRow, TraceError } from './row.ts';

const EXPECTED = 'expected the answer of /api/v1/query_range, or what promtool query range -o json prints';
const NOTHING_FOUND = 'does the query give anything, and in the time that was asked for?';
/** Times come from a computer: those of one step differ by nothing but rounding. */
const GAP_STEPS = 1.5;

/**
 * The rows of the only series. Where a step or more has no value, the load is unknown, and so it is where the value is NaN, infinite or negative.
 *
 * @throws TraceError that says what it is instead
 */
export function rowsOfAnswer(text: string): TraceRow[] {
  const [series, ...others] = seriesIn(parsed(text));
  if (series === undefined) {
    throw new TraceError(`has no series: ${NOTHING_FOUND}`);
  }
  if (others.length > 0) {
    throw new TraceError(
      `has ${others.length + 1} series, and a trace is one load; make it one in the query: sum(rate(...)), or pick one by its labels`,
    );
  }
  const { values } = series;
  if (!Array.isArray(values)) throw new TraceError('has a series without values; a load is a number, not a histogram');
  if (values.length === 0) throw new TraceError(`has a series without a value: ${NOTHING_FOUND}`);
  return withGaps(values.map(rowOf));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TraceError(`is not JSON, or only a part of it; ${EXPECTED}`);
  }
}

function seriesIn(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(answer)) return answer.map(seriesOf);
  if (!isObject(answer)) throw new TraceError(`is JSON, but not that of a trace; ${EXPECTED}`);
  if (answer.status === 'error') {
    throw new TraceError(
      `is an error of Prometheus: ${typeof answer.error === 'string' ? quoted(answer.error) : 'it does not say which'}`,
    );
  }
  const { resultType, result } = isObject(answer.data) ? answer.data : {};
  if (typeof resultType === 'string' && resultType !== 'matrix') {
    throw new TraceError(
      `is a ${['vector', 'scalar', 'string'].includes(resultType) ? resultType : quoted(resultType)}, the answer for one moment; ask /api/v1/query_range, with start, end and step`,
    );
  }
  if (!Array.isArray(result)) throw new TraceError(`is JSON, but not that of a trace; ${EXPECTED}`);
  return result.map(seriesOf);
}

function seriesOf(series: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(series)) throw new TraceError(`is JSON, but not that of a trace; ${EXPECTED}`);
  return series;
}

function rowOf(value: unknown, index: number): TraceRow {
  const [seconds, load] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof seconds !== 'number' || typeof load !== 'string') {
    throw new TraceError(
      `value ${index + 1} must be like [1700000000, "12.5"], found ${printable(shortened(JSON.stringify(value)))}`,
    );
  }
  // A float64 as Go prints it: NaN, +Inf, 1e+06. Number(' ') is 0, and no load.
  const qps = load.trim() === '' ? NaN : Number(load);
  return { seconds, qps: Number.isFinite(qps) && qps >= 0 ? qps : undefined, fastQps: undefined };
}

/** A step without a sample is left out of the answer: that is a load that nobody knows, not one that goes on. */
function withGaps(rows: readonly TraceRow[]): TraceRow[] {
  const steps = rows.slice(1).map(({ seconds }, index) => seconds - (rows[index]?.seconds ?? 0));
  const late = steps.findIndex((step) => !(step > 0));
  if (late >= 0) throw new TraceError(`value ${late + 2}: seconds must ascend`);
  const step = steps.reduce((least, one) => Math.min(least, one), Infinity);
  return rows.flatMap((row, index) => {
    const gap = steps[index];
    if (gap === undefined || gap < GAP_STEPS * step) return [row];
    const seconds = row.seconds + step;
    // So far from now that a step is less than numbers can tell apart.
    if (seconds === row.seconds) return [row];
    return [row, { seconds, qps: undefined, fastQps: undefined }];
  });
}
