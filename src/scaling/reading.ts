/** What is known about the load of one ElasticWeb at one moment. */

export type Reading = Measured | Unknown;

/** The load of all pods together, in requests per second, over two windows; at least one of the two is there. */
export interface Measured {
  readonly kind: 'measured';
  /** Over the stable window; finite and not negative. Undefined where there are too few samples for a rate. */
  readonly stableQps: number | undefined;
  /** Over the fast window, which shows a rise first; finite and not negative. Undefined where there are too few samples for a rate. */
  readonly fastQps: number | undefined;
  /** What was measured; undefined: the reading is known to be whole, as in a trace. */
  readonly targets: Targets | undefined;
}

/**
 * The targets, which are pods with metric type Pods, behind a reading. Where some are missing, the load is at least what was read, and
 * perhaps more.
 */
export interface Targets {
  /**
   * Those of whose load nothing is missing: their samples reach from the beginning to the end of the stable window, or they were scraped
   * all the time and never had the metric, because nobody asked them. 0 where that is not known, so that the reading counts upwards only.
   */
  readonly covered: number;
  /** Those with any sample in the stable window, and those that nobody asked. */
  readonly seen: number;
  /** Those that count in the fast reading. */
  readonly fast: number;
}

/** Nothing is known. That is never the same as no load. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
  /** Why, for people; holds nothing that the source sent. */
  readonly message: string;
}

/**
 * Why a load is unknown.
 *
 * - `NoMetricsSource`: the syncer has no Prometheus to ask. `TooManyQueries`: there are more groups of ElasticWebs than are asked for.
 * - `NotReadYet`: the first answer is still to come, or the next one, because others took too long. It passes by itself.
 * - `SourceUnreachable`: no connection, or none in time. `SourceRefused`: it does not accept the credentials. `SourceFailed`: it answered
 *   with an error. `InvalidAnswer`: it answered with something else than a reading. `PartialAnswer`: it said itself that something is
 *   missing. `StaleAnswer`: the answer speaks of another time than now.
 * - `NoData`: no namespace that asks for such a metric has it. `NoSeries`: others have it, this one does not, or has too few samples yet, or
 *   can have none because its metric must not be asked for. `InvalidValue`: not a number, infinite, or negative.
 */
export type UnknownReason =
  | 'NoMetricsSource'
  | 'TooManyQueries'
  | 'NotReadYet'
  | 'SourceUnreachable'
  | 'SourceRefused'
  | 'SourceFailed'
  | 'InvalidAnswer'
  | 'PartialAnswer'
  | 'StaleAnswer'
  | 'NoData'
  | 'NoSeries'
  | 'InvalidValue';

/** An unknown load. */
export function unknown(reason: UnknownReason, message: string): Unknown {
  return { kind: 'unknown', reason, message };
}
