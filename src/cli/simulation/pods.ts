/** Which pods are ready when: the part of a cluster that a simulation needs. */

/** Pods that were started together. */
interface Batch {
  readonly readyAtSeconds: number;
  readonly count: number;
}

/** The pods of one Deployment, some of them still starting. A value: each step gives another. */
export class Pods {
  readonly ready: number;
  /** In the order in which they become ready, which is that in which they were started. */
  readonly #starting: readonly Batch[];

  private constructor(ready: number, starting: readonly Batch[]) {
    this.ready = ready;
    this.#starting = starting;
  }

  /** Pods that have long been ready. */
  static running(count: number): Pods {
    return new Pods(count, []);
  }

  /** All pods, whether ready or not. */
  get count(): number {
    return this.#starting.reduce((sum, { count }) => sum + count, this.ready);
  }

  /** When the next pods become ready; Infinity if none are starting. */
  get nextReadySeconds(): number {
    return this.#starting[0]?.readyAtSeconds ?? Infinity;
  }

  /** The pods at this second. */
  at(seconds: number): Pods {
    if (this.nextReadySeconds > seconds) return this;
    const done = this.#starting.filter(({ readyAtSeconds }) => readyAtSeconds <= seconds);
    const ready = done.reduce((sum, { count }) => sum + count, this.ready);
    return new Pods(ready, this.#starting.slice(done.length));
  }

  /**
   * The pods when there shall be `count` of them: new ones become ready at that second; of the old ones those go first that are not ready
   * yet, the youngest of them first, as the ReplicaSet controller has it.
   */
  scaled(count: number, newAreReadyAtSeconds: number): Pods {
    const added = count - this.count;
    if (added > 0)
      return new Pods(this.ready, [...this.#starting, { readyAtSeconds: newAreReadyAtSeconds, count: added }]);
    let surplus = -added;
    const starting = this.#starting.toReversed().flatMap((batch) => {
      const removed = Math.min(batch.count, surplus);
      surplus -= removed;
      return removed === batch.count ? [] : [{ ...batch, count: batch.count - removed }];
    });
    return new Pods(this.ready - surplus, starting.toReversed());
  }
}
