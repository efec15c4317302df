/** How long to stay away after failures in a row. */

export interface BackoffOptions {
  /** The wait after the first failure; each further one doubles it. */
  readonly baseMs: number;
  /** The longest wait. */
  readonly maxMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Exponential back-off, varied by a fifth either way so that many clients (or keys) do not come back together.
 *
 * @param failures failures in a row so far, at least 1
 */
export function backoffMs(failures: number, { baseMs, maxMs, random }: BackoffOptions): number {
  const steadyMs = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return Math.min(maxMs, steadyMs * (0.8 + 0.4 * random()));
}

/** Who asks us to stay away for longer, such as a load balancer for a day, is asked again all the same. */
const LONGEST_ASKED_MS = 120_000;

/** The longer of our own wait and the one that the server asked for, of which at most two minutes count. */
export function atLeastAsked(waitMs: number, askedMs = 0): number {
  return Math.max(waitMs, Math.min(askedMs, LONGEST_ASKED_MS));
}
