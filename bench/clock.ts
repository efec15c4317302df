/** The time, as the API server's log tells it: wall clock, finer than a millisecond. */

/** Milliseconds since 1970, with fractions. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
