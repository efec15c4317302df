/** Keeps a local copy of some objects: lists them, watches them, and goes on whatever happens to the watch. */
import { rootCause } from '../net/cause.ts';
import { isAborted } from './abort.ts';
import { atLeastAsked, backoffMs } from './backoff.ts';
import type { KubeClient, Scope } from './client.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { Deadline } from './deadline.ts';
import { KubeError, isExpired, isForbidden } from './errors.ts';
import type { ReflectorStats } from './reflector-stats.ts';
import { type KubeObject, type ResourceType, describeTarget, keyOf } from './resource.ts';
import { type Change, type Listing, ObjectStore } from './store.ts';
import { type End, type WatchEnd, watchEndOf } from './watch-end.ts';
import type { WatchEvent } from './watch-events.ts';

export type { Change } from './store.ts';
export type { ReflectorStats } from './reflector-stats.ts';
export type { WatchEnd } from './watch-end.ts';

export interface ReflectorOptions<T extends KubeObject, G = undefined> extends Scope {
  readonly client: Pick<KubeClient, 'pages' | 'watch'>;
  readonly type: ResourceType<T>;
  /** Told about every change by others, after the store has it. What it throws goes to `onError`. */
  onChange(change: Change<T>): void;
  /** Told that a list is in, or why it is not. */
  readonly onListed?: () => void;
  /** Told about everything that went wrong; the reflector carries on by itself. */
  onError(error: unknown): void;
  /** Makes an object smaller before it is kept. Must leave name, namespace, uid and resourceVersion. */
  readonly transform?: (object: T) => T;
  /** Keep objects as JSON text, see {@link ObjectStore}. @default false */
  readonly asText?: boolean;
  /** What is looked at all the time, kept beside each object. */
  readonly glance?: (object: T) => G;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /**
   * A watch that brings nothing for this long is begun anew: a connection that a proxy holds open, but that leads nowhere, looks just
   * like one on which nothing happens. Where no object of the type changes, this is once in such a time, since bookmarks come once
   * a minute. @default 55000
   */
  readonly silenceMs?: number;
}

/** A watch that lived this long was a good one: its end says nothing against the next. */
const GOOD_WATCH_MS = 10_000;
const BACKOFF = { baseMs: 500, maxMs: 30_000 };
/** A server that grants watches, although they end early, is worth asking more often than one that does not. */
const LONGEST_WAIT_AFTER_GRANT_MS = 5_000;
/** So many lists in a row that are older than what was seen (a minute of them) are no lagging server, but a restored one. */
const OLD_LISTS_BELIEVED = 8;

/** A local copy of the objects of one type, in one scope. */
export class Reflector<T extends KubeObject, G = undefined> {
  readonly #options: ReflectorOptions<T, G>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #about: { readonly verb: string; readonly target: string };
  readonly #store: ObjectStore<T, G>;
  readonly #synced: Promise<void>;
  #resolveSynced: () => void = () => undefined;
  #hasSynced = false;
  #isRefused = false;
  #lists = 0;
  #watches = 0;
  readonly #watchEnds: Record<WatchEnd, number> = { closed: 0, silent: 0, expired: 0, malformed: 0, failed: 0 };
  #events = 0;
  #heardMs: number | undefined;
  #malformed = 0;
  #failures = 0;
  #oldLists = 0;

  constructor(options: ReflectorOptions<T, G>) {
    this.#options = options;
    this.#store = new ObjectStore({ asText: options.asText ?? false, glance: options.glance });
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#about = { verb: 'WATCH', target: describeTarget(options.type, { namespace: options.namespace }) };
    this.#synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  /** Whether the first list is in. Until then a missing object means nothing. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Whether what it asked for last, a list or a watch, was forbidden. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Resolves when the first list is in and its objects were reported. Never rejects. */
  get synced(): Promise<void> {
    return this.#synced;
  }

  get stats(): ReflectorStats {
    return {
      lists: this.#lists,
      watches: this.#watches,
      watchEnds: { ...this.#watchEnds },
      events: this.#events,
      silentForMs: this.#heardMs === undefined ? undefined : this.#clock.monotonicMs() - this.#heardMs,
      malformed: this.#malformed,
      stale: this.#store.stale,
    };
  }

  get size(): number {
    return this.#store.size;
  }

  /** The object with this key (see `keyOf`), as last seen. It may be shared: never change it. */
  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  /** What the option `glance` made of the object, without a look at the object itself. */
  glance(key: string): G | undefined {
    return this.#store.glance(key);
  }

  /** All objects, as last seen. They may be shared: never change them. */
  values(): Generator<T, void, undefined> {
    return this.#store.values();
  }

  /**
   * Takes in the answer to a write of our own, so that the next look at the store sees it before the watch brings it.
   * It is not reported through `onChange`; what others did in between is.
   * For an object in this reflector's scope only: another would stay here until the next list.
   */
  observe(object: T, options: { readonly insert?: boolean } = {}): void {
    this.#take(object, (kept) => (this.#store.observe(kept, options), []));
  }

  /** Drops an object that a request has shown to be gone, before the watch says so. It is not reported. */
  forget(key: string, uid: string | undefined): void {
    this.#store.forget(key, uid);
  }

  /** Lists and watches until the signal aborts; resolves then. Call it once. */
  async run(signal: AbortSignal): Promise<void> {
    let next: 'list' | 'watch' = 'list';
    while (!signal.aborted) {
      const end: End = next === 'list' ? await this.#list(signal) : await this.#watch(signal);
      // The abort ended it; there is nothing to tell and nothing to wait for.
      if (isAborted(signal)) return;
      this.#isRefused = end.kind === 'failed' && isForbidden(end.error);
      if (next === 'list') this.#options.onListed?.();
      if (next === 'watch') this.#watchEnds[watchEndOf(end)] += 1;
      if (end.kind === 'failed') this.#options.onError(end.error);
      next = end.kind === 'failed' ? end.next : 'watch';
      await sleep(this.#clock, this.#waitMs(end), signal);
    }
  }

  /** Back-off after every kind of end but the good ones. Only a watch that lived long ends a series of failures. */
  #waitMs(end: End): number {
    if (end.kind === 'listed') return 0;
    const wasGood = end.livedMs >= GOOD_WATCH_MS;
    if (wasGood) this.#failures = 0;
    if (wasGood && end.kind !== 'failed') return 0;
    this.#failures += 1;
    const wasGranted = end.kind !== 'failed' || end.broke === true;
    const maxMs = wasGranted ? LONGEST_WAIT_AFTER_GRANT_MS : BACKOFF.maxMs;
    const askedMs = end.kind === 'failed' && end.error instanceof KubeError ? end.error.retryAfterMs : undefined;
    return atLeastAsked(backoffMs(this.#failures, { ...BACKOFF, maxMs, random: this.#random }), askedMs);
  }

  async #list(signal: AbortSignal): Promise<End> {
    const { client, type, namespace, labelSelector } = this.#options;
    this.#lists += 1;
    let listing: Listing<T> | undefined;
    const restart = () => {
      listing = undefined;
    };
    try {
      for await (const page of client.pages(type, { namespace, labelSelector, signal, restart })) {
        const behind = listing === undefined && this.#isTooOld(page.resourceVersion);
        if (behind) return { kind: 'failed', error: this.#tooOld(page.resourceVersion), livedMs: 0, next: 'list' };
        // All pages are as of the moment of the first.
        listing ??= this.#store.beginList(page.resourceVersion, this.#store.isBehind(page.resourceVersion));
        const into = listing;
        for (const object of page.items) into.note(object);
        for (const object of page.items) this.#take(object, (kept) => into.put(kept));
      }
    } catch (error) {
      return { kind: 'failed', error, livedMs: 0, next: 'list' };
    }
    this.#report(listing?.end() ?? []);
    this.#oldLists = 0;
    this.#heardMs = this.#clock.monotonicMs();
    this.#hasSynced = true;
    this.#resolveSynced();
    return { kind: 'listed' };
  }

  /** Whether a list says nothing, because more is known already. After a minute of such lists history was rolled back, and they count. */
  #isTooOld(resourceVersion: string): boolean {
    if (!this.#store.isBehind(resourceVersion)) {
      this.#oldLists = 0;
      return false;
    }
    this.#oldLists += 1;
    return this.#oldLists < OLD_LISTS_BELIEVED;
  }

  #tooOld(resourceVersion: string): KubeError {
    const seen = this.#store.seenUpTo ?? '';
    return this.#error(`expected a list not older than version ${seen}, found ${resourceVersion}; listed again`);
  }

  async #watch(signal: AbortSignal): Promise<End> {
    const { client, type, namespace, labelSelector } = this.#options;
    const startMs = this.#clock.monotonicMs();
    const livedMs = () => this.#clock.monotonicMs() - startMs;
    const silence = new Deadline(this.#clock, this.#options.silenceMs ?? 55_000, signal);
    this.#watches += 1;
    let granted = false;
    const onGranted = () => {
      granted = true;
      this.#isRefused = false;
      this.#heardMs = this.#clock.monotonicMs();
    };
    try {
      const scope = { namespace, labelSelector, resourceVersion: this.#store.seenUpTo ?? '' };
      for await (const event of client.watch(type, { ...scope, onGranted }, silence.signal)) {
        silence.restart();
        this.#heardMs = this.#clock.monotonicMs();
        const trouble = this.#takeEvent(event);
        if (trouble !== undefined) return { kind: 'failed', livedMs: livedMs(), ...trouble };
      }
      return { kind: 'closed', livedMs: livedMs() };
    } catch (error) {
      if (silence.passed) return { kind: 'silent', livedMs: livedMs() };
      return { kind: 'failed', error, livedMs: livedMs(), next: isExpired(error) ? 'list' : 'watch', broke: granted };
    } finally {
      silence.end();
    }
  }

  /** Takes in one event; returns what to do if the watch cannot go on after it. */
  #takeEvent(event: WatchEvent<T>): { error: unknown; next: 'list' | 'watch' } | undefined {
    this.#events += 1;
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#take(event.object, (object) => this.#store.put(object));
        return undefined;
      case 'DELETED':
        this.#report(this.#store.remove(event.object));
        return undefined;
      case 'BOOKMARK': {
        if (this.#store.bookmark(event.resourceVersion)) return undefined;
        const seen = this.#store.seenUpTo ?? '';
        const words = `expected a bookmark not older than version ${seen}, found ${event.resourceVersion}; listed again`;
        return { error: this.#error(words), next: 'list' };
      }
      case 'ERROR':
        return { error: event.error, next: isExpired(event.error) ? 'list' : 'watch' };
      case 'MALFORMED':
        this.#malformed += 1;
        return { error: this.#error(`expected an event, found ${event.why}; listed again`), next: 'list' };
      default:
        return event satisfies never;
    }
  }

  /** Whoever may write an object may write one that cannot be kept, such as one that is nested too deep. The others are kept all the same. */
  #take(object: T, take: (object: T) => Change<T>[]): void {
    let changes: Change<T>[];
    try {
      changes = take(this.#options.transform?.(object) ?? object);
    } catch (error) {
      this.#malformed += 1;
      const message = `${keyOf(object)} cannot be kept, and is taken for what it was before: ${rootCause(error)}`;
      this.#options.onError(new KubeError({ ...this.#about, reason: 'UnusableAnswer', message, cause: error }));
      return;
    }
    this.#report(changes);
  }

  #report(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      try {
        this.#options.onChange(change);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }

  #error(message: string): KubeError {
    return new KubeError({ ...this.#about, reason: 'UnusableAnswer', message });
  }
}
