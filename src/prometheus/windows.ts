/** Over which times the load is averaged: what fits the interval at which Prometheus scrapes. */

/** The times behind the queries, in seconds. */
export interface Windows {
  /** How often Prometheus scrapes the targets. */
  readonly scrapeIntervalSeconds: number;
  /** Of the stable reading. */
  readonly stableWindowSeconds: number;
  /** Of the fast reading, which shows a rise first. */
  readonly fastWindowSeconds: number;
}

/** What is asked for; the fast window has a default. */
export type WindowSettings = Omit<Windows, 'fastWindowSeconds'> & { readonly fastWindowSeconds?: number | undefined };

/** Beyond a day it is a mistake, and Prometheus would read all of it at every tick. */
const LONGEST_SECONDS = 86_400;

/**
 * The fast window that fits a scrape interval: two intervals, so that there are always two samples, and five seconds for a scrape that is
 * late. At 15 s that is 35 s.
 */
export function defaultFastWindowSeconds(scrapeIntervalSeconds: number): number {
  return 2 * scrapeIntervalSeconds + 5;
}

/** The least stable window: four scrape intervals, so that a lost scrape neither empties nor bends it. */
export function minStableWindowSeconds(scrapeIntervalSeconds: number): number {
  return 4 * scrapeIntervalSeconds;
}

/**
 * The windows, the fast one filled in.
 *
 * @throws RangeError if they do not fit the scrape interval, or each other
 */
export function checkedWindows(settings: WindowSettings): Windows {
  const { scrapeIntervalSeconds: scrape, stableWindowSeconds: stable } = settings;
  const fast = settings.fastWindowSeconds ?? defaultFastWindowSeconds(scrape);
  expectSeconds('the scrape interval', scrape);
  expectSeconds('the stable window', stable);
  expectSeconds('the fast window', fast);
  const leastStable = minStableWindowSeconds(scrape);
  if (stable < leastStable) {
    throw new RangeError(
      `the stable window must be at least 4 scrape intervals, ${leastStable} s with a scrape interval of ${scrape} s, got ${stable} s`,
    );
  }
  if (fast < 2 * scrape) {
    throw new RangeError(
      `the fast window must be at least 2 scrape intervals, ${2 * scrape} s with a scrape interval of ${scrape} s, got ${fast} s`,
    );
  }
  return { scrapeIntervalSeconds: scrape, stableWindowSeconds: stable, fastWindowSeconds: fast };
}

function expectSeconds(what: string, seconds: number): void {
  if (seconds >= 0.001 && seconds <= LONGEST_SECONDS) return;
  throw new RangeError(`${what} must be between 0.001 and ${LONGEST_SECONDS} seconds, got ${seconds}`);
}
