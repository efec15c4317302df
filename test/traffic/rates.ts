/** How many requests a second there are at which time. Pure: noise comes from a seed. */

/** Requests per second, by the seconds since the beginning. */
export type Rate = (seconds: number) => number;

export const steady =
  (qps: number): Rate =>
  () =>
    qps;

/** Jumps from one rate to the next: pairs of the second and the rate from then on. Before the first there is none. */
export function steps(...pairs: readonly (readonly [fromSecond: number, qps: number])[]): Rate {
  return (seconds) => pairs.findLast(([from]) => from <= seconds)?.[1] ?? 0;
}

/** A straight line from one rate to another within so many seconds, and on at that. */
export function ramp(fromQps: number, toQps: number, withinSeconds: number): Rate {
  return (seconds) => fromQps + (toQps - fromQps) * Math.min(1, seconds / withinSeconds);
}

/** Every second another deviation of at most this part, such as 0.2, the same for the same seed. */
export function noisy(rate: Rate, part: number, seed: number): Rate {
  return (seconds) => rate(seconds) * (1 + part * (2 * random(seed, Math.floor(seconds)) - 1));
}

/** Uniform in [0, 1): splitmix32 of seed and index. */
function random(seed: number, index: number): number {
  let state = (seed + Math.imul(index, 0x9e3779b9)) | 0;
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}
