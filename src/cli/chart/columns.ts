/** Half a million points on a thousand columns of a picture, without losing a peak. Pure. */

/** The values within one column. */
export interface Span {
  readonly min: number;
  readonly max: number;
  readonly last: number;
}

/** Which stretch of time is divided into how many columns. */
export interface Grid {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

/**
 * The values in each column, those included that began before it and still hold; undefined where there are none. The last point holds to
 * the end.
 *
 * @param points in the order of time
 * @param valueOf undefined: there is no value from this point to the next
 */
export function columnsOf<T extends { readonly seconds: number }>(
  points: readonly T[],
  valueOf: (point: T) => number | undefined,
  { from, to, columns }: Grid,
): (Span | undefined)[] {
  let held: number | undefined;
  let next = 0;
  return Array.from({ length: columns }, (_, column) => {
    const begin = from + ((to - from) * column) / columns;
    const end = column === columns - 1 ? Infinity : from + ((to - from) * (column + 1)) / columns;
    let span: Span | undefined;
    const take = (value: number | undefined): void => {
      held = value;
      if (value === undefined) return;
      span = { min: Math.min(span?.min ?? value, value), max: Math.max(span?.max ?? value, value), last: value };
    };
    // What begins with the column takes the place of what held until then.
    const first = points[next];
    if (first === undefined || first.seconds > begin) take(held);
    for (let point = points[next]; point !== undefined && point.seconds < end; point = points[next]) {
      take(valueOf(point));
      next += 1;
    }
    return span;
  });
}
