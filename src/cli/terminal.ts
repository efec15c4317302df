/** What the terminal behind an output can do. */

import type { Io, Output } from './io.ts';

/** Of a file or a pipe, and of a terminal that does not say. */
const USUAL_WIDTH = 100;

/** Characters of a line. */
export function widthOf({ columns }: Output): number {
  return columns === undefined || columns <= 0 ? USUAL_WIDTH : columns;
}

/** Of a terminal that does not say, or says 0, as that of a serial line or a pipeline does. */
const USUAL_HEIGHT = 24;

/** Lines of a terminal. */
export function heightOf({ rows }: Output): number {
  return rows === undefined || rows <= 0 ? USUAL_HEIGHT : rows;
}

/** Whether colors may be used: on a terminal that knows them, unless NO_COLOR is set (https://no-color.org). */
export function hasColor({ isTTY }: Output, { NO_COLOR, TERM }: Io['env']): boolean {
  return isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}
