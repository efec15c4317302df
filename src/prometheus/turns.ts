/** Whose turn it is: in which order the groups of a tick are asked, so that those that fail or are slow keep nobody else from being asked. */

import type { Failure } from './failure.ts';
import type { Group } from './groups.ts';

/** Most groups take some milliseconds, and all fifty together no more than a tick has. */
const SLOW_MS = 1_000;

/** How a group was when it was last asked. */
interface Last {
  readonly tick: number;
  readonly tookMs: number;
  /** Why the server had trouble with it; undefined if it had none. */
  readonly trouble: Failure | undefined;
}

/** In which order the groups of a tick are asked. Who asks them takes them out of it. */
export interface Order {
  /** To be asked at every tick: those that went well and were quick at the last one, as they were given. */
  readonly first: Group[];
  /** Those that wait in a queue: the longest not asked first, and last those that are new. */
  readonly queued: Queued[];
}

/** A group in the queue: the server had trouble with it, it was slow, it was left out at the last tick, or it is new. */
export interface Queued {
  readonly group: Group;
  /** How long it took when it was last asked; 0: it never was. */
  readonly lastMs: number;
}

/** Remembers from tick to tick which groups the server had trouble with, and which took it long. */
export class Turns {
  readonly #last = new Map<string, Last>();
  #tick = 0;

  /**
   * Begins a tick. Whoever gives up on the way leaves out those that failed or were slow before, and goes on with the next of them at the
   * next tick. And whoever was left out, quick or new, is in the queue then: were it always behind the same others, it could wait for ever.
   *
   * What is new is asked last, as nothing is known of it: somebody could ask for something else at each tick.
   */
  inOrder(groups: readonly Group[]): Order {
    this.#tick += 1;
    const known = new Set(groups.map(({ id }) => id));
    for (const id of this.#last.keys()) {
      if (!known.has(id)) this.#last.delete(id);
    }
    const quick: Group[] = [];
    const queued: (Queued & { readonly since: number })[] = [];
    for (const group of groups) {
      const last = this.#last.get(group.id);
      if (last === undefined) {
        queued.push({ group, lastMs: 0, since: this.#tick });
        this.#last.set(group.id, { tick: this.#tick - 1, tookMs: 0, trouble: undefined });
      } else if (this.#isQuick(last)) quick.push(group);
      else {
        // What failed says nothing of how long it takes: a server that hung may be back.
        const lastMs = last.trouble === undefined ? last.tookMs : 0;
        queued.push({ group, lastMs, since: last.tick });
      }
    }
    return { first: quick, queued: queued.sort((a, b) => a.since - b.since) };
  }

  /** A group was asked, and took so long. A failure that is about the query alone costs the others nothing, and is no trouble. */
  note({ id }: Group, tookMs: number, failures: readonly Failure[]): void {
    const trouble = failures.find(({ next }) => next.kind !== 'anyway');
    this.#last.set(id, { tick: this.#tick, tookMs, trouble });
  }

  /** Why the server had trouble with a group when it was last asked; undefined if it had none. */
  troubleWith({ id }: Group): Failure | undefined {
    return this.#last.get(id)?.trouble;
  }

  #isQuick({ tick, tookMs, trouble }: Last): boolean {
    return trouble === undefined && tookMs <= SLOW_MS && tick === this.#tick - 1;
  }
}
