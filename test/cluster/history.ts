/** Everything that an ElasticWeb was between two moments: what a test needs that says "at no time". */

import { keyOf } from '../../src/kube/resource.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import type { World } from './world.ts';

/** What is watched: one namespace, or all. */
type Watched = Pick<World, 'client'> & { readonly namespace: string | undefined };

/** The history of all ElasticWebs of a namespace, or of all, from now on, as a watch tells it: no version is left out. */
export class History implements AsyncDisposable {
  readonly #watched: Watched;
  readonly #states = new Map<string, ElasticWebResource[]>();
  /** Those that are not there any more. */
  readonly #gone = new Set<string>();
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  /** Why the watch ended before it was told to. */
  #error: unknown;

  static async start(watched: Watched): Promise<History> {
    const { namespace, client } = watched;
    const { resourceVersion } = await client.listAll(ELASTIC_WEB, { namespace });
    return new History(watched, resourceVersion);
  }

  private constructor(watched: Watched, resourceVersion: string) {
    this.#watched = watched;
    this.#done = this.#watch(resourceVersion);
  }

  /** The versions of one ElasticWeb, the oldest first, up to the one that it has now, or to its end. */
  async of(name: string): Promise<readonly ElasticWebResource[]> {
    const { client, namespace } = this.#watched;
    const current = await client.get(ELASTIC_WEB, { namespace, name });
    return eventually(
      () => {
        const key = keyOf({ metadata: { namespace, name } });
        const states = this.#told.get(key) ?? [];
        if (current === undefined) return this.#gone.has(key) && states;
        return states.some(({ metadata }) => metadata.resourceVersion === current.metadata.resourceVersion) && states;
      },
      { timeoutMs: 10_000, what: `the watch to bring the newest version of ElasticWeb ${name}` },
    );
  }

  /** The histories of all ElasticWebs. */
  all(): readonly (readonly ElasticWebResource[])[] {
    return [...this.#told.values()];
  }

  /** @throws Error if the watch ended before it was told to, so that something may be missing */
  get #told(): ReadonlyMap<string, ElasticWebResource[]> {
    if (this.#error !== undefined) throw new Error('the watch broke', { cause: this.#error });
    return this.#states;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #watch(resourceVersion: string): Promise<void> {
    const { namespace, client } = this.#watched;
    const { signal } = this.#stop;
    let from = resourceVersion;
    try {
      // The API server ends a watch after some minutes, and the next one goes on where it was.
      while (!signal.aborted) {
        for await (const event of client.watch(ELASTIC_WEB, { namespace, resourceVersion: from }, signal)) {
          if (event.type === 'ERROR') throw event.error;
          if (event.type === 'MALFORMED') throw new Error(event.why);
          from = (event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion) ?? from;
          if (event.type === 'DELETED') this.#gone.add(keyOf(event.object));
          if (event.type === 'ADDED' || event.type === 'MODIFIED') this.#add(event.object);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#error = error;
    }
  }

  #add(web: ElasticWebResource): void {
    const key = keyOf(web);
    const states = this.#states.get(key) ?? [];
    states.push(web);
    this.#gone.delete(key);
    this.#states.set(key, states);
  }
}
