/** What a reflector tells of itself. */
import type { WatchEnd } from './watch-end.ts';

/** What a reflector has done so far; for metrics. */
export interface ReflectorStats {
  readonly lists: number;
  readonly watches: number;
  readonly watchEnds: Readonly<Record<WatchEnd, number>>;
  readonly events: number;
  /** How long ago the API server was last heard of: a list, a granted watch, an event or a bookmark; undefined before the first list. */
  readonly silentForMs: number | undefined;
  /** Lines of a watch that could not be understood, each followed by a new list, and objects that could not be kept. */
  readonly malformed: number;
  /** Events and listed objects dropped because a newer state was known. */
  readonly stale: number;
}
