/** Local copies of one kind of object, in all the namespaces that are looked at. */

import type { KubeClient } from '../kube/client.ts';
import {
  type Change,
  Reflector,
  type ReflectorOptions,
  type ReflectorStats,
  type WatchEnd,
} from '../kube/reflector.ts';
import { type KubeObject, keyOf, parseKey } from '../kube/resource.ts';

export interface CopiesOptions<T extends KubeObject, G = undefined> extends Pick<
  ReflectorOptions<T, G>,
  'type' | 'transform' | 'asText' | 'glance' | 'onListed' | 'clock'
> {
  readonly client: KubeClient;
  /** The namespaces looked at; empty: all. */
  readonly namespaces: readonly string[];
  /** Label selector of the objects. */
  readonly selector: string | undefined;
  /** Told the key of an ElasticWeb that wants a pass: it changed, or one of its children did. */
  readonly wake: (key: string) => void;
  /** Told what went wrong with the copies of one kind; they carry on by themselves. */
  readonly onError: (kind: string, error: unknown) => void;
  /** The ElasticWebs that a change of the object is about. */
  readonly keysToWake: (object: T) => Iterable<string>;
  /** Told about every change, also that of an object by a write of our own, which wakes nobody. */
  readonly onChange?: (change: Change<T>) => void;
}

/** What a pass asks of the copies of one kind. */
export type CopiesOf<T extends KubeObject> = Pick<Copies<T, unknown>, 'get' | 'observe' | 'forget'>;

/** Local copies of one kind: one reflector for all namespaces, or one for each of those looked at. */
export class Copies<T extends KubeObject, G = undefined> {
  /** The kind of the objects. */
  readonly kind: string;
  readonly #all: Reflector<T, G> | undefined;
  readonly #byNamespace: ReadonlyMap<string, Reflector<T, G>>;
  readonly #onChange: ((change: Change<T>) => void) | undefined;

  constructor({
    type,
    client,
    namespaces,
    selector,
    keysToWake,
    wake,
    onChange,
    onError,
    ...kept
  }: CopiesOptions<T, G>) {
    this.kind = type.kind;
    this.#onChange = onChange;
    const reflector = (namespace: string | undefined) =>
      new Reflector<T, G>({
        client,
        type,
        namespace,
        labelSelector: selector,
        ...kept,
        onChange(change) {
          for (const key of keysToWake(change.object)) wake(key);
          onChange?.(change);
        },
        onError(error) {
          onError(type.kind, error);
        },
      });
    this.#all = namespaces.length === 0 ? reflector(undefined) : undefined;
    this.#byNamespace = new Map(namespaces.map((namespace) => [namespace, reflector(namespace)]));
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  /** Resolves once all of them have been listed. */
  async synced(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.synced));
  }

  get(key: string): T | undefined {
    return this.#in(parseKey(key).namespace)?.get(key);
  }

  /** What is looked at all the time, without a look at the object itself. */
  glance(key: string): G | undefined {
    return this.#in(parseKey(key).namespace)?.glance(key);
  }

  /** Whether a namespace, or with undefined all of them, has been listed once. */
  hasListed(namespace: string | undefined): boolean {
    return this.#in(namespace)?.hasSynced === true;
  }

  /** Whether a namespace, or with undefined all of them, may not be listed or watched. */
  isRefusedIn(namespace: string | undefined): boolean {
    return this.#in(namespace)?.isRefused === true;
  }

  /** What was done to keep the copies up to date, in all namespaces together; the silence is that of the most silent one that was heard of. */
  get stats(): ReflectorStats {
    return this.#reflectors.map(({ stats }) => stats).reduce(together);
  }

  /** All objects. */
  *values(): Generator<T, void, undefined> {
    for (const reflector of this.#reflectors) yield* reflector.values();
  }

  /** Takes in the result of a write of our own, so that the next pass sees it even before the watch brings it. */
  observe(object: T, options: { readonly insert?: boolean } = {}): void {
    const key = keyOf(object);
    const previous = this.#onChange && this.get(key);
    this.#in(object.metadata.namespace)?.observe(object, options);
    if (previous === undefined) return;
    const kept = this.get(key);
    // The watch may have brought this state before, or a newer one; then it has been told.
    if (kept === undefined || kept.metadata.resourceVersion === previous.metadata.resourceVersion) return;
    this.#onChange?.({ kind: 'updated', object: kept, previous });
  }

  /** Drops an object that a request has shown not to be there, or not to be this one, so that the next pass looks anew. */
  forget({ metadata }: T): void {
    this.#in(metadata.namespace)?.forget(keyOf({ metadata }), metadata.uid);
  }

  #in(namespace: string | undefined): Reflector<T, G> | undefined {
    return this.#all ?? this.#byNamespace.get(namespace ?? '');
  }

  get #reflectors(): readonly Reflector<T, G>[] {
    return this.#all === undefined ? [...this.#byNamespace.values()] : [this.#all];
  }
}

function together(a: ReflectorStats, b: ReflectorStats): ReflectorStats {
  const ends = (end: WatchEnd): number => a.watchEnds[end] + b.watchEnds[end];
  return {
    lists: a.lists + b.lists,
    watches: a.watches + b.watches,
    watchEnds: {
      closed: ends('closed'),
      silent: ends('silent'),
      expired: ends('expired'),
      malformed: ends('malformed'),
      failed: ends('failed'),
    },
    events: a.events + b.events,
    silentForMs: longest(a.silentForMs, b.silentForMs),
    malformed: a.malformed + b.malformed,
    stale: a.stale + b.stale,
  };
}

function longest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
