/** A load in words. */

/** Requests per second with as many digits as it takes to see why it is a pod more: `2000`, `12.5`, `0.33333`. */
export function qpsText(qps: number): string {
  return qps >= 10_000 ? String(Math.round(qps)) : String(Number(qps.toPrecision(5)));
}
