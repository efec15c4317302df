/** Every number of pods that Deployments asked for: what a test needs that says "at no time". */

import { DEPLOYMENT } from '../../src/syncer/kinds.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { Reflector } from '../../src/kube/reflector.ts';

export interface ReplicaChange {
  /** Of performance.now(), when it was seen. */
  readonly atMs: number;
  readonly replicas: number;
}

/** Watches `spec.replicas` of all Deployments of a namespace; no version is left out. */
export class ReplicaLog implements AsyncDisposable {
  readonly #changes = new Map<string, ReplicaChange[]>();
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  /** What made the watch begin anew, so that versions may be missing. */
  #error: unknown;

  constructor(client: KubeClient, namespace: string) {
    const deployments = new Reflector({
      ...{ client, namespace, type: DEPLOYMENT },
      onChange: ({ object: { metadata, spec } }) => this.#note(metadata.name, spec.replicas ?? 0),
      onError: (error) => (this.#error ??= error),
    });
    this.#watching = deployments.run(this.#stop.signal);
  }

  /**
   * The numbers of one Deployment that were not the one before, the oldest first.
   *
   * @param sinceMs only those from then on, of performance.now(), and the one that held then
   */
  of(name: string, sinceMs = -Infinity): readonly ReplicaChange[] {
    if (this.#error !== undefined) throw new Error('the watch on Deployments broke', { cause: this.#error });
    const all = this.#changes.get(name) ?? [];
    const first = all.findLastIndex(({ atMs }) => atMs <= sinceMs);
    return all.slice(Math.max(first, 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  #note(name: string, replicas: number): void {
    const changes = this.#changes.get(name) ?? [];
    this.#changes.set(name, changes);
    if (changes.at(-1)?.replicas !== replicas) changes.push({ atMs: performance.now(), replicas });
  }
}
