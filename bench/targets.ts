/** What the syncer must reach, and whether it did. Pure. */

import type { Table } from './figures.ts';

export interface Verdict {
  readonly target: string;
  /** What was measured, for people. */
  readonly found: string;
  readonly met: boolean;
}

/** The most that the syncer may take, as a multiple of what the bare writes take. */
const MOST_OF_FLOOR = 1.25;
/** From so many ElasticWebs on, these two are asked for. */
const LARGE = 10_000;
const MOST_PEAK_RSS_MIB = 250;
const MOST_EVENT_LOOP_LAG_MS = 50;

/** The verdict on each target that was measured. */
export function judge(syncer: Table, floor: Table | undefined, count: number): Verdict[] {
  const of = (scenario: string, figure: string) => syncer[scenario]?.[figure];
  const ratio = (scenario: string, figure: string) => {
    const [ours, least] = [of(scenario, figure), floor?.[scenario]?.[figure]];
    return ours === undefined || least === undefined ? undefined : ours / least;
  };
  const large = count >= LARGE;
  const peakRss = Math.max(...Object.values(syncer).map(({ peakRssMiB = 0 }) => peakRssMiB));
  const lag = Math.max(...Object.values(syncer).map(({ eventLoopLagP99Ms = -1 }) => eventLoopLagP99Ms));
  return [
    atMost('create: all converged', of('create', 'converged'), count, 'of', (found, all) => found === all),
    // From the first list on: the floor has a kubeconfig to read, which takes it seconds, and the syncer has not.
    atMost(
      'create: time from its first list, of the floor',
      ratio('create', 'secondsFromFirstList'),
      MOST_OF_FLOOR,
      'x',
    ),
    atMost('create: writes each', of('create', 'writesEach'), 3, 'writes'),
    atMost('change: all converged', of('change', 'converged'), count, 'of', (found, all) => found === all),
    atMost('change: time, of the floor', ratio('change', 'seconds'), MOST_OF_FLOOR, 'x'),
    atMost('change: writes each', of('change', 'writesEach'), 2, 'writes'),
    atMost('quiet: requests but watches and lease', of('quiet', 'unexpectedRequests'), 0, 'requests'),
    atMost('restart: writes', of('restart', 'writes'), 0, 'writes'),
    atMost('peak RSS', large ? peakRss : undefined, MOST_PEAK_RSS_MIB, 'MiB'),
    atMost('event loop lag, p99', large && lag >= 0 ? lag : undefined, MOST_EVENT_LOOP_LAG_MS, 'ms'),
  ].filter((verdict) => verdict !== undefined);
}

function atMost(
  what: string,
  found: number | undefined,
  limit: number,
  unit: string,
  holds = (number: number, most: number) => number <= most,
): Verdict | undefined {
  if (found === undefined) return undefined;
  const shown = Number.isInteger(found) ? String(found) : found.toFixed(2);
  return unit === 'of'
    ? { target: what, found: `${shown} of ${limit}`, met: holds(found, limit) }
    : { target: `${what}: at most ${limit} ${unit}`, found: shown, met: holds(found, limit) };
}
