/** What is known of a contender after its scenarios, and of several rounds together. Pure. */

/**
 * - `create`: N ElasticWebs are there before it starts.
 * - `rollout`: the pods of all Deployments are reported running.
 * - `change`: `totalQPS` of all is changed.
 * - `quiet`: nothing happens.
 * - `restart`: it is ended, and started over a world that is as it should be.
 */
export const SCENARIOS = ['create', 'rollout', 'change', 'quiet', 'restart'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** Numbers by name, by scenario. A number that could not be measured is left out. */
export type Table = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Measured {
  readonly figures: Table;
  /** How many requests, as `patch deployments`, by scenario. */
  readonly requests: Table;
}

/** The median of each number over the rounds. */
export function medians(rounds: readonly Measured[]): Measured {
  return {
    figures: tableOf(rounds.map(({ figures }) => figures)),
    // A kind of request that a round did not have is 0 there, not unknown.
    requests: tableOf(
      rounds.map(({ requests }) => requests),
      0,
    ),
  };
}

function tableOf(tables: readonly Table[], absent?: number): Table {
  return byName(tables, (scenarios) =>
    byName(
      scenarios.map((scenario) => scenario ?? {}),
      (numbers) => median(numbers.flatMap((number) => number ?? absent ?? [])),
    ),
  );
}

function byName<T, R>(
  records: readonly Readonly<Record<string, T>>[],
  merge: (values: readonly (T | undefined)[]) => R,
): Readonly<Record<string, R>> {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return Object.fromEntries([...names].map((name) => [name, merge(records.map((record) => record[name]))]));
}

/** The middle number; of two in the middle, their mean. NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
