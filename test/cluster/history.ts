/** Everything that an ElasticWeb was between two moments: what a test needs that says "at no time". */

import { keyOf } from '../../src/kube/resource.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import type { World } from './world.ts';

/** The history of all ElasticWebs of a namespace from now on, as a watch tells it: no version is left out. */
export class History implements AsyncDisposable {
  readonly #world: World;
  readonly #states = new Map<string, ElasticWebResource[]>();
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  /** Why the watch ended before it was told to. */
  #error: unknown;

  static async start(world: World): Promise<History> {
    const { namespace, client } = world;
    const { resourceVersion } = await client.listAll(ELASTIC_WEB, { namespace });
    return new History(world, resourceVersion);
  }

  private constructor(world: World, resourceVersion: string) {
    this.#world = world;
    this.#done = this.#watch(resourceVersion);
  }

  /** The versions of one ElasticWeb, the oldest first, up to the one that it has now. */
  async of(name: string): Promise<readonly ElasticWebResource[]> {
    const current = await this.#world.web(name);
    return eventually(
      () => {
        if (this.#error !== undefined) throw new Error('the watch broke', { cause: this.#error });
        const states = this.#states.get(keyOf({ metadata: this.#world.named(name) })) ?? [];
        return states.some(({ metadata }) => metadata.resourceVersion === current?.metadata.resourceVersion) && states;
      },
      { timeoutMs: 10_000, what: `the watch to bring the newest version of ElasticWeb ${name}` },
    );
  }

  /** The histories of all ElasticWebs. */
  all(): readonly (readonly ElasticWebResource[])[] {
    return [...this.#states.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #watch(resourceVersion: string): Promise<void> {
    const { namespace, client } = this.#world;
    const { signal } = this.#stop;
    try {
      for await (const event of client.watch(ELASTIC_WEB, { namespace, resourceVersion }, signal)) {
        if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
        const key = keyOf(event.object);
        this.#states.set(key, [...(this.#states.get(key) ?? []), event.object]);
      }
    } catch (error) {
      if (!signal.aborted) this.#error = error;
    }
  }
}
