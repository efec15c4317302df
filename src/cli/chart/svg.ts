/** A chart as an SVG picture: self-contained, the same bytes for the same data, and small whatever the number of points. Pure. */

import { printable } from '../../api/printable.ts';
import { type Mark, numberAxis, timeMarks } from './axis.ts';
import { type Chart, type ChartPoint, frameOf, peaksOf } from './chart.ts';
import { columnsOf, type Span } from './columns.ts';

const WIDTH = 960;
const HEIGHT = 500;
/** The plots: one above the other, over the same time. One column of data is one pixel. */
const LEFT = 64;
const COLUMNS = 872;
const RIGHT = LEFT + COLUMNS;
const LOAD: Plot = { top: 92, height: 236 };
const PODS: Plot = { top: 364, height: 84 };

/** So that a peak is not cut off by the edge. */
const HEADROOM = 1.02;

const COLOR = {
  text: '#1f2937',
  faint: '#6b7280',
  grid: '#e5e7eb',
  load: '#2563eb',
  capacity: '#059669',
  pods: '#7c3aed',
  other: '#d97706',
  missing: '#dc2626',
  unknown: '#f3f4f6',
} as const;

interface Plot {
  readonly top: number;
  readonly height: number;
}

/** The picture, as the text of an SVG file. */
export function svgOf(chart: Chart): string {
  const { title, subtitle = '', points, other } = chart;
  const frame = frameOf(chart);
  const peaks = peaksOf(chart);
  const axes = { load: numberAxis(peaks.qps * HEADROOM, 5), pods: numberAxis(peaks.replicas, 3, { whole: true }) };
  const y = {
    load: (value: number) => LOAD.top + LOAD.height * (1 - value / axes.load.end),
    pods: (value: number) => PODS.top + PODS.height * (1 - value / axes.pods.end),
  };
  const x = (seconds: number) => LEFT + (COLUMNS * (seconds - frame.from)) / (frame.to - frame.from);
  const columns = (run: readonly ChartPoint[], value: (point: ChartPoint) => number | undefined) =>
    columnsOf(run, value, { ...frame, columns: COLUMNS });
  const load = columns(points, ({ qps }) => qps);
  const capacity = columns(points, (point) => point.capacity);
  const unknown = columns(points, ({ qps }) => (qps === undefined ? 1 : 0));
  const stepLine = (spans: readonly (Span | undefined)[], at: (value: number) => number, style: string) =>
    `<path d="${stepPath(spans, at)}" fill="none" ${style}/>`;
  const otherStyle = `stroke="${COLOR.other}" stroke-width="1.5" stroke-dasharray="5 3"`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="12" fill="${COLOR.text}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#ffffff"/>`,
    `<text x="20" y="31" font-size="17" font-weight="600">${escaped(shortened(title, 90))}</text>`,
    `<text x="20" y="51" fill="${COLOR.faint}">${escaped(shortened(subtitle, 140))}</text>`,
    legend(other?.name, {
      hasUnknown: unknown.some((span) => span?.max === 1),
      hasMissing: missing(load, capacity) !== '',
    }),
    ...[LOAD, PODS].map((plot) => shades(unknown, plot)),
    gridOf(axes.load.marks, y.load),
    gridOf(axes.pods.marks, y.pods),
    `<path d="${area(load, y.load)}" fill="${COLOR.load}" fill-opacity="0.13"/>`,
    `<path d="${missing(load, capacity, y.load)}" stroke="${COLOR.missing}" stroke-opacity="0.55"/>`,
    stepLine(load, y.load, `stroke="${COLOR.load}" stroke-width="1.2"`),
    ...(other
      ? [
          stepLine(
            columns(other.points, (point) => point.capacity),
            y.load,
            otherStyle,
          ),
        ]
      : []),
    stepLine(capacity, y.load, `stroke="${COLOR.capacity}" stroke-width="1.8"`),
    ...(other
      ? [
          stepLine(
            columns(other.points, ({ replicas }) => replicas),
            y.pods,
            otherStyle,
          ),
        ]
      : []),
    stepLine(
      columns(points, ({ replicas }) => replicas),
      y.pods,
      `stroke="${COLOR.pods}" stroke-width="1.8"`,
    ),
    ...timeMarks(frame.to - frame.from, 8).map(({ at, label }) => timeMark(x(frame.from + at), label)),
    `<text x="20" y="${LOAD.top - 12}" fill="${COLOR.faint}">requests per second</text>`,
    `<text x="20" y="${PODS.top - 12}" fill="${COLOR.faint}">pods</text>`,
    `<text x="${RIGHT}" y="${HEIGHT - 12}" text-anchor="end" fill="${COLOR.faint}">time since the start</text>`,
    '</svg>',
  ]
    .filter((line) => line !== '')
    .join('\n')}\n`;
}

/** A line that goes in steps; where it moves more than once within a column, it is drawn from the least to the greatest value. */
function stepPath(spans: readonly (Span | undefined)[], y: (value: number) => number): string {
  let path = '';
  /** Where the pen is; undefined while it is up. */
  let level: string | undefined;
  spans.forEach((span, column) => {
    const at = LEFT + column;
    if (span === undefined) {
      if (level !== undefined) path += `H${at}`;
      level = undefined;
      return;
    }
    const [min, max, last] = [fixed(y(span.min)), fixed(y(span.max)), fixed(y(span.last))];
    if (level === undefined) path += `M${at} ${min}`;
    else if (level !== last || min !== max) path += `H${at}V${min}`;
    if (max !== min) path += `V${max}`;
    if (last !== max) path += `V${last}`;
    level = last;
  });
  return level === undefined ? path : `${path}H${RIGHT}`;
}

/** All that is below a line. */
function area(spans: readonly (Span | undefined)[], y: (value: number) => number): string {
  const floor = fixed(y(0));
  let path = '';
  let level: string | undefined;
  [...spans, undefined].forEach((span, column) => {
    const at = LEFT + column;
    const next = span === undefined ? undefined : fixed(y(span.max));
    if (next === level) return;
    if (level !== undefined) path += `H${at}`;
    if (next === undefined) path += `V${floor}Z`;
    else path += level === undefined ? `M${at} ${floor}V${next}` : `V${next}`;
    level = next;
  });
  return path;
}

/** Where the load is above what the pods can serve: from the one to the other. */
function missing(
  load: readonly (Span | undefined)[],
  capacity: readonly (Span | undefined)[],
  y: (value: number) => number = (value) => value,
): string {
  return load
    .map((span, column) => {
      const served = capacity[column]?.min ?? 0;
      return span === undefined || span.max <= served
        ? ''
        : `M${LEFT + column + 0.5} ${fixed(y(served))}V${fixed(y(span.max))}`;
    })
    .join('');
}

/** Shaded stretches, for the columns in which the load is unknown for a while. */
function shades(unknown: readonly (Span | undefined)[], { top, height }: Plot): string {
  let path = '';
  let begin: number | undefined;
  [...unknown, undefined].forEach((span, column) => {
    const isUnknown = span?.max === 1;
    if (isUnknown) begin ??= column;
    if (isUnknown || begin === undefined) return;
    path += `M${LEFT + begin} ${top}h${column - begin}v${height}h${begin - column}Z`;
    begin = undefined;
  });
  return path === '' ? '' : `<path d="${path}" fill="${COLOR.unknown}"/>`;
}

function gridOf(marks: readonly Mark[], y: (value: number) => number): string {
  return marks
    .map(({ at, label }, index) => {
      const height = fixed(y(at));
      const line = `<path d="M${LEFT} ${height}H${RIGHT}" stroke="${index === 0 ? COLOR.faint : COLOR.grid}"/>`;
      return `${line}<text x="${LEFT - 8}" y="${fixed(y(at) + 4)}" text-anchor="end" fill="${COLOR.faint}">${label}</text>`;
    })
    .join('\n');
}

function timeMark(x: number, label: string): string {
  const lines = [LOAD, PODS].map(({ top, height }) => `M${fixed(x)} ${top + height}v5`).join('');
  const text = `<text x="${fixed(x)}" y="${PODS.top + PODS.height + 19}" text-anchor="middle" fill="${COLOR.faint}">${label}</text>`;
  return `<path d="${lines}" stroke="${COLOR.faint}"/>${text}`;
}

/** What the lines are, from the right edge to the left. */
function legend(
  other: string | undefined,
  { hasUnknown, hasMissing }: { hasUnknown: boolean; hasMissing: boolean },
): string {
  const items = [
    { name: 'load', mark: line(COLOR.load, 'stroke-width="2"') },
    { name: 'capacity', mark: line(COLOR.capacity, 'stroke-width="2.5"') },
    { name: 'pods', mark: line(COLOR.pods, 'stroke-width="2.5"') },
    ...(other === undefined
      ? []
      : [{ name: other, mark: line(COLOR.other, 'stroke-width="2" stroke-dasharray="5 3"') }]),
    ...(hasMissing ? [{ name: 'under capacity', mark: box(COLOR.missing, 'fill-opacity="0.55"') }] : []),
    ...(hasUnknown ? [{ name: 'load unknown', mark: box(COLOR.unknown, `stroke="${COLOR.grid}"`) }] : []),
  ];
  let x = RIGHT;
  return items
    .reverse()
    .map(({ name, mark }) => {
      // The width of the words is a guess, since the font is the reader's.
      x -= name.length * 6.8 + 42;
      return `<g transform="translate(${fixed(x)} ${LOAD.top - 16})">${mark}<text x="26" y="4">${escaped(name)}</text></g>`;
    })
    .join('\n');
}

const line = (color: string, style: string): string => `<path d="M0 0H20" stroke="${color}" ${style}/>`;
const box = (color: string, style: string): string => `<rect y="-6" width="20" height="12" fill="${color}" ${style}/>`;

/** A tenth of a pixel is finer than anybody sees. */
function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as XML can hold it, whoever wrote it. */
function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function shortened(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
