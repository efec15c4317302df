/** Where an axis has its marks, and what they say: round numbers and round times. Pure. */

/** A mark on an axis. */
export interface Mark {
  readonly at: number;
  readonly label: string;
}

/** The marks of an axis from 0, the last of which is the end of the axis. */
export interface Axis {
  readonly marks: readonly Mark[];
  readonly end: number;
}

/** An axis from 0 to at least `peak`, with about `count` steps of 1, 2 or 5 times a power of ten. */
export function numberAxis(peak: number, count: number, { whole = false } = {}): Axis {
  // Next to nothing has no digits left to divide.
  const most = peak > 1e-9 ? peak : 1;
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999) ?? rough;
  const step = whole ? Math.max(1, Math.round(nice)) : nice;
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  const marks = Array.from({ length: steps + 1 }, (_, index) => ({
    at: index * step,
    label: shortNumber(index * step),
  }));
  return { marks, end: steps * step };
}

const UNITS = [
  { name: 'P', size: 1e15 },
  { name: 'T', size: 1e12 },
  { name: 'G', size: 1e9 },
  { name: 'M', size: 1e6 },
  { name: 'k', size: 1e3 },
] as const;

/** At most four significant digits: `950`, `1.5k`, `0.25`. */
export function shortNumber(value: number): string {
  // What rounds to 1000 is 1 of the next unit.
  const unit = UNITS.find(({ size }) => Math.abs(value) >= size * 0.999_95);
  const scaled = value / (unit?.size ?? 1);
  return `${Number(scaled.toPrecision(4))}${unit?.name ?? ''}`;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Steps at which people read a clock and a calendar. */
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY),
];

/** Marks at round times from 0 to `span` seconds: the first, and at most `count` more. */
export function timeMarks(span: number, count: number): readonly Mark[] {
  const days = (): number => (numberAxis(span / DAY, count).marks[1]?.at ?? 1) * DAY;
  const step = TIME_STEPS.find((candidate) => span / candidate <= count) ?? days();
  return Array.from({ length: Math.floor(span / step + 1e-9) + 1 }, (_, index) => ({
    at: index * step,
    label: duration(index * step),
  }));
}

/** `0`, `45s`, `1h30m`, `2d12h`: the two largest units that there are. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / DAY), 'd'],
    [Math.floor((whole % DAY) / HOUR), 'h'],
    [Math.floor((whole % HOUR) / MINUTE), 'm'],
    [whole % MINUTE, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0';
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join('');
}
