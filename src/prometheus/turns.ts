/** Whose turn it is: in which order the groups of a tick are asked, so that those that fail keep nobody else from being asked. */

import type { Failure } from './failure.ts';
import type { Group } from './groups.ts';

/** How a group was when it was last asked. */
interface Last {
  readonly tick: number;
  /** Why the server had trouble with it; undefined if it had none. */
  readonly trouble: Failure | undefined;
}

/** Remembers from tick to tick which groups the server had trouble with. */
export class Turns {
  readonly #last = new Map<string, Last>();
  #tick = 0;

  /**
   * Begins a tick: the groups in the order in which they are to be asked. First those that went well, then those that were never asked, both
   * as they are given; last those that the server had trouble with, of these the longest not asked first. So whoever gives up on the way
   * leaves out those that failed before, and goes on with the next of them at the next tick.
   */
  inOrder(groups: readonly Group[]): Group[] {
    this.#tick += 1;
    const known = new Set(groups.map(({ id }) => id));
    for (const id of this.#last.keys()) {
      if (!known.has(id)) this.#last.delete(id);
    }
    return groups
      .map((group) => {
        const last = this.#last.get(group.id);
        return {
          group,
          rank: last === undefined ? 1 : last.trouble === undefined ? 0 : 2,
          since: last?.trouble === undefined ? 0 : last.tick,
        };
      })
      .sort((a, b) => a.rank - b.rank || a.since - b.since)
      .map(({ group }) => group);
  }

  /** A group was asked. A failure that is about the query alone costs the others nothing, and is no trouble. */
  note({ id }: Group, failures: readonly Failure[]): void {
    this.#last.set(id, { tick: this.#tick, trouble: failures.find(({ next }) => next.kind !== 'anyway') });
  }

  /** Why the server had trouble with a group when it was last asked; undefined if it had none. */
  troubleWith({ id }: Group): Failure | undefined {
    return this.#last.get(id)?.trouble;
  }
}
