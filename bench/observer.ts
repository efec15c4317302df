/**
 * When all ElasticWebs are what they should be, seen from outside.
 *
 * Watches bring every state with the time at which it came. While the contender works, their bytes are only kept: reading them would
 * take from it the processor that it is measured on. They are read when nothing more comes.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { resourcePath, type ResourceType } from '../src/kube/resource.ts';
import type { Transport } from '../src/kube/transport.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../src/syncer/kinds.ts';
import { BENCH_NAMESPACE, type Cluster } from './cluster.ts';
import { nowMs } from './clock.ts';
import { type WatchLine, WatchLines } from './watch-lines.ts';
import { type State, isAsWanted, readWatchLine } from './states.ts';
import type { Wanted } from './elastic-webs.ts';

export interface Convergence {
  /** When the last of them became so; undefined if that did not happen in time. */
  readonly atMs: number | undefined;
  /** How many are so. */
  readonly converged: number;
  /** How many say the right number of pods in `status.desiredReplicas`, whether or not they are so otherwise. */
  readonly desiredReplicasTold: number;
}

/** No news for so long is taken for the end. */
const QUIET_MS = 300;
/** Read in between, too, for one that never falls silent. */
const READ_AFTER_MS = 5_000;

/** What the bench sees of the ElasticWebs and their children. */
export class Observer implements AsyncDisposable {
  readonly #names: readonly string[];
  readonly #watches: readonly WatchLines[];
  readonly #states = new Map<string, State>();
  readonly #asWantedSinceMs = new Map<string, number>();
  #wanted: Wanted;

  /** Looks at these ElasticWebs, which are there, and at their children. */
  constructor({ transport }: Cluster, names: readonly string[], wanted: Wanted) {
    const types: readonly ResourceType[] = [ELASTIC_WEB, DEPLOYMENT, SERVICE];
    this.#names = names;
    this.#wanted = wanted;
    this.#watches = types.map((type) => watchAll(transport, type));
  }

  /** From now on, this is what they should be. */
  expect(wanted: Wanted): void {
    this.#take();
    this.#wanted = wanted;
    this.#asWantedSinceMs.clear();
  }

  /** Waits until all are as wanted, or the time is over. */
  async converged(timeoutMs: number): Promise<Convergence> {
    const deadlineMs = nowMs() + timeoutMs;
    let readMs = nowMs();
    while (nowMs() < deadlineMs) {
      await sleep(50);
      const lastMs = Math.max(...this.#watches.map(({ lastMs }) => lastMs));
      if (lastMs <= readMs || (nowMs() - lastMs < QUIET_MS && nowMs() - readMs < READ_AFTER_MS)) continue;
      readMs = nowMs();
      this.#take();
      if (this.#asWantedSinceMs.size === this.#names.length) break;
    }
    const all = this.#asWantedSinceMs.size === this.#names.length;
    const told = [...this.#states.values()].filter(
      ({ web }) => web?.status?.desiredReplicas === this.#wanted.replicas,
    ).length;
    return {
      atMs: all ? Math.max(...this.#asWantedSinceMs.values()) : undefined,
      converged: this.#asWantedSinceMs.size,
      desiredReplicasTold: told,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch[Symbol.asyncDispose]()));
  }

  /** Takes in what the watches have brought, in the order in which it came. */
  #take(): void {
    const lines: WatchLine[] = this.#watches.flatMap((watch) => watch.take());
    for (const { atMs, text } of lines.sort((a, b) => a.atMs - b.atMs)) {
      const name = readWatchLine(this.#states, text);
      if (name === undefined) continue;
      const state = this.#states.get(name);
      if (state === undefined || !isAsWanted(state, this.#wanted)) this.#asWantedSinceMs.delete(name);
      else if (!this.#asWantedSinceMs.has(name)) this.#asWantedSinceMs.set(name, atMs);
    }
  }
}

/** Without a resource version a watch begins with what is there. */
function watchAll(transport: Transport, type: ResourceType): WatchLines {
  return new WatchLines((signal) =>
    transport.stream({
      method: 'GET',
      path: resourcePath(type, { namespace: BENCH_NAMESPACE }),
      target: `all ${type.plural}`,
      // Longer than any run.
      query: { watch: true, timeoutSeconds: 24 * 3600 },
      signal,
    }),
  );
}
