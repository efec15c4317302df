/** What the watched objects look like now: a memory that never goes back in time. No I/O; reflector.ts feeds it. */
import { PackedObject, SharedTexts } from './packed.ts';
import { type KubeObject, keyOf } from './resource.ts';
import { isNotNewer, isOlder } from './resource-version.ts';

/** What one step changed. A recreated object is two changes: its predecessor deleted, itself added. */
export type Change<T> =
  | { readonly kind: 'added'; readonly object: T; readonly previous?: undefined }
  | { readonly kind: 'updated'; readonly object: T; readonly previous: T }
  /** `object` is the last state known. */
  | { readonly kind: 'deleted'; readonly object: T; readonly previous?: undefined };

/** A list on its way in. */
export interface Listing<T> {
  /** An object is in the list, whether it can be taken in or not: it is not gone, unless the history went back, and what is known with it. */
  note(object: T): void;
  /** Takes in one object. */
  put(object: T): Change<T>[];
  /** That was all: what was not in it is gone, except what is newer than the list. */
  end(): Change<T>[];
}

/**
 * Objects by key, under these rules:
 *
 * - Everything up to {@link ObjectStore.seenUpTo} is in. An event that is not newer than that is a replay and says nothing.
 * - For one uid the resource version only grows.
 * - Another uid under the same name is another object, even when its predecessor's deletion was never seen.
 * - A write of our own is put in by {@link ObjectStore.observe} and reported to nobody: who wrote it knows. Whatever
 *   somebody else did is reported, also when our own write came after it and is already in.
 */
export class ObjectStore<T extends KubeObject, G = undefined> {
  readonly #objects = new Map<string, Kept<T, G>>();
  readonly #asText: boolean;
  readonly #glance: ((object: T) => G) | undefined;
  readonly #texts = new SharedTexts();
  /** Resource versions of our own writes whose events are still to come. */
  readonly #ownWrites = new Set<string>();
  #seenUpTo: string | undefined;
  #stale = 0;

  /**
   * @param asText keep objects as JSON text: a third of the memory for thousands of objects that are looked at now and then, for some
   * microseconds a look. Whoever looks gets a copy
   * @param glance what is looked at all the time, kept beside each object
   */
  constructor({ asText = false, glance }: { asText?: boolean; glance?: ((object: T) => G) | undefined } = {}) {
    this.#asText = asText;
    this.#glance = glance;
  }

  /** The resource version up to which nothing is missing; undefined before the first list. */
  get seenUpTo(): string | undefined {
    return this.#seenUpTo;
  }

  /** How many events and listed objects were older than what was already known, and were dropped. */
  get stale(): number {
    return this.#stale;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)?.object;
  }

  /** What `glance` made of the object; undefined if there is no such object. */
  glance(key: string): G | undefined {
    return this.#objects.get(key)?.glance;
  }

  *values(): Generator<T, void, undefined> {
    for (const { object } of this.#objects.values()) yield object;
  }

  /** Takes in an ADDED or MODIFIED event. */
  put(object: T): Change<T>[] {
    if (this.#isReplay(object)) return [];
    this.#seenUpTo = versionOf(object);
    const current = this.#objects.get(keyOf(object));
    if (this.#ownWrites.delete(versionOf(object))) {
      // In already, unless it left the scope just before this write brought it back.
      if (current === undefined) this.#keep(object);
      return [];
    }
    if (current !== undefined && this.#ownWrites.has(current.version) && isOlder(versionOf(object), current.version)) {
      // Somebody wrote before we did, and our write is in already: what they did is part of it, but was never reported.
      return [{ kind: 'updated', object: current.object, previous: object }];
    }
    return this.#set(object);
  }

  /** Takes in a DELETED event. */
  remove(object: T): Change<T>[] {
    if (this.#isReplay(object)) return [];
    this.#seenUpTo = versionOf(object);
    const key = keyOf(object);
    const current = this.#objects.get(key);
    if (current === undefined) return [];
    if (object.metadata.uid !== current.uid && isOlder(versionOf(object), current.version)) {
      // Its successor is in already. If that one is our own write, nobody was told that this one went.
      return this.#ownWrites.has(current.version) ? [{ kind: 'deleted', object }] : this.#drop();
    }
    this.#objects.delete(key);
    return [{ kind: 'deleted', object: current.object }];
  }

  /**
   * Takes in a bookmark: everything up to this version has been sent.
   *
   * @returns false if that is less than what is known: the server lags behind, or its history was rolled back
   */
  bookmark(resourceVersion: string): boolean {
    if (this.#seenUpTo !== undefined && isOlder(resourceVersion, this.#seenUpTo)) return false;
    this.#seenUpTo = resourceVersion;
    this.#forgetOwnWritesUpTo(resourceVersion);
    return true;
  }

  /** Whether a list of this version is older than what is known, and so says nothing. */
  isBehind(resourceVersion: string): boolean {
    return this.#seenUpTo !== undefined && isOlder(resourceVersion, this.#seenUpTo);
  }

  /**
   * Begins to take in a list that is not behind, as of this version. What its pages hold is in at once.
   *
   * @param rolledBack believe the list whatever its version: the API server's history went back, as after a restored backup
   */
  beginList(resourceVersion: string, rolledBack = false): Listing<T> {
    if (rolledBack) this.#ownWrites.clear();
    const listed = new Set<string>();
    return {
      note: (object) => {
        if (!rolledBack) listed.add(keyOf(object));
      },
      put: (object) => {
        listed.add(keyOf(object));
        return rolledBack ? this.#overwrite(object) : this.#setListed(object);
      },
      end: () => {
        const gone: Change<T>[] = [];
        for (const [key, kept] of this.#objects) {
          if (listed.has(key) || (isOlder(resourceVersion, kept.version) && !rolledBack)) continue;
          this.#objects.delete(key);
          gone.push({ kind: 'deleted', object: kept.object });
        }
        this.#seenUpTo = resourceVersion;
        this.#forgetOwnWritesUpTo(resourceVersion);
        return gone;
      },
    };
  }

  /**
   * Takes in the answer to a write of our own, which may come before or after the event of the same write.
   *
   * @param insert whether the write may have created the object, or brought it into scope; otherwise it only replaces what is known
   */
  observe(object: T, { insert = true } = {}): void {
    const version = versionOf(object);
    // Before the first list nothing is known to be complete; the list will have it. And if the watch is already past this
    // write, then what is in now, a newer state or nothing, is the truth.
    if (this.#seenUpTo === undefined || isNotNewer(version, this.#seenUpTo)) return;
    const current = this.#objects.get(keyOf(object));
    if (current !== undefined && isNotNewer(version, current.version)) return;
    if (!insert && current?.uid !== object.metadata.uid) return;
    this.#keep(object);
    this.#ownWrites.add(version);
  }

  /** Drops what a request has shown to be wrong: there is no such object of this uid any more. Nobody is told. */
  forget(key: string, uid: string | undefined): void {
    if (this.#objects.get(key)?.uid === uid) this.#objects.delete(key);
  }

  #isReplay(object: T): boolean {
    const replay = this.#seenUpTo !== undefined && isNotNewer(versionOf(object), this.#seenUpTo);
    if (replay) this.#stale += 1;
    return replay;
  }

  #setListed(object: T): Change<T>[] {
    const current = this.#objects.get(keyOf(object));
    // The list does not tell what happened between our write and what was there before; report rather than lose it.
    if (
      current !== undefined &&
      this.#ownWrites.has(current.version) &&
      isNotNewer(versionOf(object), current.version)
    ) {
      return [{ kind: 'updated', object: current.object, previous: current.object }];
    }
    return this.#set(object);
  }

  #set(object: T): Change<T>[] {
    const previous = this.#objects.get(keyOf(object));
    return previous !== undefined && isOlder(versionOf(object), previous.version)
      ? this.#drop()
      : this.#overwrite(object);
  }

  #overwrite(object: T): Change<T>[] {
    const previous = this.#objects.get(keyOf(object));
    this.#keep(object);
    if (previous === undefined) return [{ kind: 'added', object }];
    if (object.metadata.uid !== previous.uid) {
      return [
        { kind: 'deleted', object: previous.object },
        { kind: 'added', object },
      ];
    }
    return versionOf(object) === previous.version ? [] : [{ kind: 'updated', object, previous: previous.object }];
  }

  #keep(object: T): void {
    const glance = this.#glance?.(object);
    const kept = this.#asText ? new Text(object, glance, this.#texts) : new Whole(object, glance);
    this.#objects.set(keyOf(object), kept);
  }

  #forgetOwnWritesUpTo(resourceVersion: string): void {
    for (const version of this.#ownWrites) {
      if (isNotNewer(version, resourceVersion)) this.#ownWrites.delete(version);
    }
  }

  #drop(): [] {
    this.#stale += 1;
    return [];
  }
}

function versionOf(object: KubeObject): string {
  return object.metadata.resourceVersion ?? '';
}

/** An object in memory, and what tells its states apart. */
interface Kept<T extends KubeObject, G> {
  readonly uid: string | undefined;
  readonly version: string;
  readonly object: T;
  readonly glance: G | undefined;
}

class Whole<T extends KubeObject, G> implements Kept<T, G> {
  readonly object: T;
  readonly glance: G | undefined;

  constructor(object: T, glance: G | undefined) {
    this.object = object;
    this.glance = glance;
  }

  get uid(): string | undefined {
    return this.object.metadata.uid;
  }

  get version(): string {
    return versionOf(this.object);
  }
}

class Text<T extends KubeObject, G> implements Kept<T, G> {
  readonly uid: string | undefined;
  readonly version: string;
  readonly glance: G | undefined;
  readonly #packed: PackedObject<T>;

  constructor(object: T, glance: G | undefined, texts: SharedTexts) {
    this.glance = glance;
    this.uid = object.metadata.uid;
    this.version = versionOf(object);
    this.#packed = new PackedObject(object, texts);
  }

  get object(): T {
    return this.#packed.unpack();
  }
}
