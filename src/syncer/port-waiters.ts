/** Who waits for a node port that another Service has, and which of them is told that one is free. */

import type { Cache } from './cache.ts';
import type { Next } from './pass.ts';

export interface PortWaitersOptions {
  readonly cache: { readonly webs: Pick<Cache['webs'], 'get'>; readonly services: Pick<Cache['services'], 'get'> };
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
   * one that they once had, come after those who name this one. Who does not take it passes it on, but for whom it was refused: then
   * another Service has it.
   */
  offer(port: number): void {
    const { cache, wake } = this.#options;
    const wanted = (key: string) => cache.webs.get(key)?.spec.nodePort;
    const mayTry = (key: string) => cache.webs.get(key) !== undefined && !this.#offered.has(key);
    const waiting = [...this.#waiting].filter(mayTry);
    const key = waiting.find((one) => wanted(one) === port) ?? waiting.find((one) => wanted(one) === undefined);
    if (key === undefined) return;
    this.#waiting.delete(key);
    this.#offered.set(key, port);
    wake(key);
  }

  /** Makes a pass over an ElasticWeb; from its end it is known whether it waits. What is offered meanwhile is for the pass after it. */
  async pass(key: string, make: () => Promise<Next>): Promise<Next> {
    const offered = this.#offered.get(key);
    this.#offered.delete(key);
    // It may be offered another one meanwhile.
    if (offered !== undefined) this.#waiting.add(key);
    let isRefused = false;
    try {
      const next = await make();
      isRefused = next.kind === 'retry' && next.reason === 'NodePortConflict';
      return next;
    } finally {
      if (isRefused) this.#waiting.add(key);
      else this.#waiting.delete(key);
      const hasTried = isRefused && !this.#namesOther(key, offered);
      if (offered !== undefined && !hasTried && !this.#holds(key, offered)) this.offer(offered);
    }
  }

  /** Whether it names a port, and not this one. */
  #namesOther(key: string, port: number | undefined): boolean {
    const wanted = this.#options.cache.webs.get(key)?.spec.nodePort;
    return wanted !== undefined && wanted !== port;
  }

  #holds(key: string, port: number): boolean {
    const { ports = [] } = this.#options.cache.services.get(key)?.spec ?? {};
    return ports.some(({ nodePort }) => nodePort === port);
  }
}
