/** Who waits for a node port that another Service has, and which of them is told that one is free. */

import type { Cache } from './cache.ts';
import type { Next } from './pass.ts';

export interface PortWaitersOptions {
  readonly webs: Pick<Cache['webs'], 'get'>;
  /** Told the key of an ElasticWeb that may try again. */
  readonly wake: (key: string) => void;
}

/** The ElasticWebs whose node port is taken. Another Service may have it, and let go of it at any time. */
export class PortWaiters {
  readonly #options: PortWaitersOptions;
  readonly #waiting = new Set<string>();
  /** Those who were woken for a port that is free, with its number. */
  readonly #offered = new Map<string, number>();

  constructor(options: PortWaitersOptions) {
    this.#options = options;
  }

  /**
   * A port is free: one of those who wait for it may try, however many there are. Whoever gets it, gets it once; and were all of them
   * woken, someone who gives a port back and takes it again could keep the syncer busy with refusals. Those who name no port, and wait for
   * one that they once had, come after those who name this one. Who fails for another reason passes it on.
   */
  offer(port: number): void {
    const { webs, wake } = this.#options;
    const wanted = (key: string) => webs.get(key)?.spec.nodePort;
    const waiting = [...this.#waiting].filter((key) => webs.get(key) !== undefined);
    const key = waiting.find((one) => wanted(one) === port) ?? waiting.find((one) => wanted(one) === undefined);
    if (key === undefined) return;
    this.#waiting.delete(key);
    this.#offered.set(key, port);
    wake(key);
  }

  /** Makes a pass over an ElasticWeb; from its end it is known whether it waits. */
  async pass(key: string, make: () => Promise<Next>): Promise<Next> {
    const next = await make();
    const offered = this.#offered.get(key);
    this.#offered.delete(key);
    if (next.kind === 'retry' && next.reason === 'NodePortConflict') this.#waiting.add(key);
    else this.#waiting.delete(key);
    if (next.kind === 'retry' && next.reason !== 'NodePortConflict' && offered !== undefined) this.offer(offered);
    return next;
  }
}
