/** A chart as text for a terminal: load and capacity above, pods below. Pure. */

import { type Axis, numberAxis, timeMarks } from './axis.ts';
import { Canvas, DOTS_ACROSS, DOTS_DOWN } from './canvas.ts';
import { type Chart, type ChartPoint, frameOf, peaksOf } from './chart.ts';
import { columnsOf, type Span } from './columns.ts';

/** How the chart may look. */
export interface TextOptions {
  /** Characters of a line; at least 40 are taken. */
  readonly width: number;
  readonly color: boolean;
}

const LOAD_ROWS = 12;
const POD_ROWS = 4;
/** Room for the numbers of an axis, and a space. */
const LABEL = 7;
const NARROWEST = 40;

/** What is drawn over what. */
const LAYER = { load: 1, other: 2, capacity: 3, pods: 3, missing: 4 } as const;
const SGR = { load: 34, capacity: 32, pods: 35, other: 33, missing: 31, unknown: 33 } as const;

/** The lines of the chart. The load is a filled area; capacity and pods are lines. */
export function textOf(chart: Chart, { width, color }: TextOptions): string[] {
  const paint = (text: string, code: number): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const columns = Math.max(width, NARROWEST) - LABEL - 1;
  const { points, other } = chart;
  const frame = frameOf(chart);
  const peaks = peaksOf(chart);
  const dots = { ...frame, columns: columns * DOTS_ACROSS };
  const spansOf = (run: readonly ChartPoint[], value: (point: ChartPoint) => number | undefined) =>
    columnsOf(run, value, dots);
  const load = spansOf(points, ({ qps }) => qps);
  const capacity = spansOf(points, (point) => point.capacity);
  const unknown = columnsOf(points, ({ qps }) => (qps === undefined ? 1 : 0), { ...frame, columns });

  const above = new Plot(numberAxis(peaks.qps, 5), { columns, rows: LOAD_ROWS });
  above.fill(load, capacity);
  above.line(capacity, LAYER.capacity, { carve: true });
  const below = new Plot(numberAxis(peaks.replicas, 2, { whole: true }), { columns, rows: POD_ROWS });
  if (other)
    below.line(
      spansOf(other.points, ({ replicas }) => replicas),
      LAYER.other,
      { dotted: true },
    );
  below.line(
    spansOf(points, ({ replicas }) => replicas),
    LAYER.pods,
  );

  const isUnknown = unknown.map((span) => span?.max === 1);
  const colors: Readonly<Record<number, number>> = { [LAYER.load]: SGR.load, [LAYER.capacity]: SGR.capacity, [LAYER.missing]: SGR.missing }; // prettier-ignore
  const podColors: Readonly<Record<number, number>> = { [LAYER.other]: SGR.other, [LAYER.pods]: SGR.pods };
  const legend = [
    `${paint('⣿', SGR.load)} load`,
    `${paint('⠒', SGR.capacity)} capacity`,
    ...(isUnknown.includes(true) ? [`${paint('?', SGR.unknown)} load unknown`] : []),
  ];
  const podLegend = [
    `${paint('⠒', SGR.pods)} pods`,
    ...(other ? [`${paint('⠂', SGR.other)} pods of ${other.name}`] : []),
  ];
  return [
    `requests per second   ${legend.join('   ')}`,
    ...above.lines((text, layer) => paint(text, colors[layer] ?? 0)),
    `${' '.repeat(LABEL)}└${isUnknown.map((is) => (is ? paint('?', SGR.unknown) : '─')).join('')}`,
    podLegend.join('   '),
    ...below.lines((text, layer) => paint(text, podColors[layer] ?? 0)),
    ...timeLines(frame.to - frame.from, columns),
  ];
}

/** Dots over an axis, and the axis' numbers beside them. */
class Plot {
  readonly #axis: Axis;
  readonly #rows: number;
  readonly #canvas: Canvas;

  constructor(axis: Axis, size: { readonly columns: number; readonly rows: number }) {
    this.#axis = axis;
    this.#rows = size.rows;
    this.#canvas = new Canvas(size);
  }

  /** Everything from the axis up to the load; what no pod can serve is another layer. */
  fill(load: readonly (Span | undefined)[], capacity: readonly (Span | undefined)[]): void {
    load.forEach((span, x) => {
      if (span === undefined || span.max === 0) return;
      const top = this.#dot(span.max);
      const served = this.#dot(capacity[x]?.min ?? 0);
      const isMissing = span.max > (capacity[x]?.min ?? 0);
      for (let y = 0; y <= top; y += 1) this.#canvas.set(x, y, isMissing && y > served ? LAYER.missing : LAYER.load);
    });
  }

  /** A line that goes in steps. Carved: with a gap below and above, so that it shows within an area. */
  line(spans: readonly (Span | undefined)[], layer: number, { carve = false, dotted = false } = {}): void {
    let before: number | undefined;
    spans.forEach((span, x) => {
      if (span === undefined) {
        before = undefined;
        return;
      }
      const [low, high, last] = [this.#dot(span.min), this.#dot(span.max), this.#dot(span.last)];
      const from = Math.min(low, before ?? low);
      const to = Math.max(high, before ?? high);
      before = last;
      if (carve) {
        this.#canvas.clear(x, from - 1);
        this.#canvas.clear(x, to + 1);
      }
      // Of a dotted line every second dot.
      for (let y = from; y <= to; y += 1) if (!dotted || (x + y) % 2 === 0) this.#canvas.set(x, y, layer);
    });
  }

  /** The rows with their numbers. */
  lines(paint: (text: string, layer: number) => string): string[] {
    const labels = new Map(
      this.#axis.marks.map(({ at, label }) => [this.#rows - 1 - Math.floor(this.#dot(at) / DOTS_DOWN), label]),
    );
    return this.#canvas.lines(paint).map((line, row) => {
      const label = labels.get(row);
      return `${(label ?? '').padStart(LABEL - 1)} ${label === undefined ? '│' : '┤'}${line}`;
    });
  }

  #dot(value: number): number {
    return Math.round((value / this.#axis.end) * (this.#rows * DOTS_DOWN - 1));
  }
}

/** The axis of time, and what its marks say where there is room. */
function timeLines(span: number, columns: number): string[] {
  const axis = Array.from({ length: columns }, () => '─');
  let labels = '';
  for (const { at, label } of timeMarks(span, Math.max(2, Math.floor(columns / 12)))) {
    const column = Math.min(columns - 1, Math.round((at / span) * columns));
    axis[column] = '┴';
    // Under its mark, but at the edges within them.
    const begin = Math.max(0, Math.min(columns - label.length, column - Math.floor(label.length / 2)));
    if (begin > labels.length || labels === '') labels = labels.padEnd(begin) + label;
  }
  return [`${' '.repeat(LABEL)}└${axis.join('')}`, `${' '.repeat(LABEL + 1)}${labels}`];
}
