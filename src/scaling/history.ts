/** What scaling remembers: recent recommendations, recent changes of the number of pods, the last known load. Pure, bounded. */

/** What the load asked for at a time, before stabilization. */
export interface Recommendation {
  readonly atMs: number;
  readonly replicas: number;
}

/** A change of the number of pods that was made. */
export interface ScaleEvent {
  readonly atMs: number;
  /** Pods added, or removed when negative. */
  readonly change: number;
  /** Requests per second that a pod carried then; left out where that was not known, or where the load did fit after this change. */
  readonly podQps?: number;
}

/**
 * What scaling remembers of one ElasticWeb. Times are milliseconds since 1970 on a clock that never jumps, in whole seconds: what status
 * can hold is all there is, so that a restart loses nothing by rounding.
 */
export interface History {
  /** Oldest first. Only those that a window could still ask for: lower ones before a higher one say nothing to the downward window. */
  readonly recommendations: readonly Recommendation[];
  /** Up to then recommendations may be missing, as high as you like: no pod goes until that is out of the downward window. */
  readonly missingMs: number | undefined;
  /** Oldest first. */
  readonly events: readonly ScaleEvent[];
  /** When the load was last known; where it never was, since when it has been asked for. */
  readonly knownMs: number | undefined;
  /** The last known load, in requests per second. */
  readonly knownQps: number | undefined;
  /** When the load was last at twice the capacity or more. Not in status: a restart counts as such a time. */
  readonly jumpedMs: number | undefined;
  /** When this syncer began to know; undefined: it has always known. */
  readonly sinceMs: number | undefined;
}

/** Nothing has happened yet. */
export const NO_HISTORY: History = {
  recommendations: [],
  missingMs: undefined,
  events: [],
  knownMs: undefined,
  knownQps: undefined,
  jumpedMs: undefined,
  sinceMs: undefined,
};

/** As many are kept of each, here and in status. */
const MOST = 32;
/** The longest window and period that the schema allows, and how long a step may take to show. */
const LONGEST_PERIOD_MS = 1_800_000;

/** The time as history holds it: the next whole second, so that nothing is forgotten too early. */
export function wholeSecond(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}

/**
 * The history with one more recommendation.
 *
 * For the downward window, which asks for the highest, a recommendation matters until a later one is as high; for the upward window, which
 * asks for the lowest, until a later one is as low. Where there are too many, neighbours in time become one: the higher, at the later time.
 *
 * @param windows of behavior; what is older is forgotten
 */
export function withRecommendation(
  history: History,
  { atMs, replicas }: Recommendation,
  windows: { readonly upMs: number; readonly downMs: number },
): History {
  const latest = { atMs: wholeSecond(atMs), replicas };
  const all = [...history.recommendations, latest];
  const highest = matters(all, windows.downMs, atMs, (later, earlier) => later >= earlier);
  const lowest =
    windows.upMs > 0
      ? matters(all, windows.upMs, atMs, (later, earlier) => later <= earlier)
      : new Set<Recommendation>();
  const kept = all.filter((one) => one === latest || highest.has(one) || lowest.has(one));
  return {
    ...history,
    recommendations: bounded(kept, Math.max(windows.upMs, windows.downMs), joinHigher),
  };
}

/** The recommendations within the window that no later one makes pointless. */
function matters(
  all: readonly Recommendation[],
  windowMs: number,
  nowMs: number,
  outdoes: (later: number, earlier: number) => boolean,
): Set<Recommendation> {
  const kept = new Set<Recommendation>();
  let last: Recommendation | undefined;
  for (const one of all.toReversed()) {
    if (one.atMs <= nowMs - windowMs) break;
    if (last !== undefined && outdoes(last.replicas, one.replicas)) continue;
    kept.add(one);
    last = one;
  }
  return kept;
}

function joinHigher(earlier: Recommendation, later: Recommendation): Recommendation {
  return { atMs: later.atMs, replicas: Math.max(earlier.replicas, later.replicas) };
}

/** The history after the number of pods was changed. */
export function withScaling(
  history: History,
  {
    atMs,
    from,
    to,
    podQps,
  }: { readonly atMs: number; readonly from: number; readonly to: number; readonly podQps?: number | undefined },
): History {
  if (from === to) return history;
  const event = { atMs: wholeSecond(atMs), change: to - from, ...(podQps !== undefined && { podQps }) };
  const recent = history.events.filter((old) => old.atMs > atMs - LONGEST_PERIOD_MS);
  return { ...history, events: bounded([...recent, event], LONGEST_PERIOD_MS, joinChanges) };
}

/** The history once the load did fit after the last change: what a pod carried before says nothing about the next one. */
export function withLastStepDone(history: History): History {
  const last = history.events.at(-1);
  if (last?.podQps === undefined) return history;
  return { ...history, events: [...history.events.slice(0, -1), { atMs: last.atMs, change: last.change }] };
}

/** Policies ask for the sum of the changes in a period; that of both counts a little longer so. */
function joinChanges(earlier: ScaleEvent, later: ScaleEvent): ScaleEvent {
  return { ...later, change: earlier.change + later.change };
}

/**
 * At most as many as are kept, of a list no older than `spanMs`: the newer half as it is, the older half joined in equal parts of time. Those
 * parts stay where they are, so that nothing is moved on for ever, however long the list grows.
 */
function bounded<T extends { readonly atMs: number }>(
  list: readonly T[],
  spanMs: number,
  join: (earlier: T, later: T) => T,
): readonly T[] {
  if (list.length <= MOST) return list;
  const half = MOST / 2;
  // An interval of half - 1 parts touches half of them at most.
  const partOf = ({ atMs }: T) => Math.floor(atMs / (spanMs / (half - 1)));
  const older: T[] = [];
  for (const one of list.slice(0, -half)) {
    const last = older.at(-1);
    const isJoined = last !== undefined && partOf(last) === partOf(one);
    older.splice(isJoined ? -1 : older.length, 1, isJoined ? join(last, one) : one);
  }
  return [...older, ...list.slice(-half)];
}
