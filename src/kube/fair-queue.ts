/** What waits to be written, so that who has much waiting keeps nobody else waiting. Pure. */

/** One thing that waits, and whose it is. */
export interface Waiting {
  readonly namespace: string;
  /** Which object it is about, unique over all namespaces. */
  readonly object: string;
}

export interface FairQueueOptions {
  readonly most: number;
  readonly mostPerObject: number;
}

/** Namespaces take turns; within one, what came first goes first. Where there is too much, the oldest of who has most is given up. */
export class FairQueue<T extends Waiting> {
  readonly #options: FairQueueOptions;
  /** The namespace whose turn is next first; each has something waiting, the oldest first. */
  readonly #namespaces = new Map<string, Set<T>>();
  readonly #objects = new Map<string, Set<T>>();
  #size = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds it, if it does not wait already. Returns what was given up for it, if anything was. */
  add(item: T): T | undefined {
    if (this.#namespaces.get(item.namespace)?.has(item)) return undefined;
    put(this.#namespaces, item.namespace, item);
    put(this.#objects, item.object, item);
    this.#size += 1;
    const ofObject = this.#objects.get(item.object);
    if (ofObject !== undefined && ofObject.size > this.#options.mostPerObject) return this.#giveUp(ofObject);
    return this.#size > this.#options.most ? this.#giveUp(this.#largest()) : undefined;
  }

  /** Takes out the next one. */
  take(): T | undefined {
    const [turn] = this.#namespaces;
    if (turn === undefined) return undefined;
    const [namespace, ofNamespace] = turn;
    const [item] = ofNamespace;
    if (item === undefined) return undefined;
    this.#remove(item);
    // The others have their turns first.
    if (this.#namespaces.delete(namespace)) this.#namespaces.set(namespace, ofNamespace);
    return item;
  }

  #giveUp(from: ReadonlySet<T>): T | undefined {
    const [oldest] = from;
    if (oldest !== undefined) this.#remove(oldest);
    return oldest;
  }

  #largest(): ReadonlySet<T> {
    let found: ReadonlySet<T> = new Set();
    for (const ofNamespace of this.#namespaces.values()) if (ofNamespace.size > found.size) found = ofNamespace;
    return found;
  }

  #remove(item: T): void {
    take(this.#namespaces, item.namespace, item);
    take(this.#objects, item.object, item);
    this.#size -= 1;
  }
}

function put<T>(sets: Map<string, Set<T>>, key: string, item: T): void {
  sets.set(key, (sets.get(key) ?? new Set<T>()).add(item));
}

function take<T>(sets: Map<string, Set<T>>, key: string, item: T): void {
  const set = sets.get(key);
  set?.delete(item);
  if (set?.size === 0) sets.delete(key);
}
