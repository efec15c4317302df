/**
 * What people are told through Events (events.k8s.io): written in the background, as well as it goes, never in anybody's way.
 *
 * The same thing said again becomes a series of the first Event instead of another one.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
import { isAborted, onAbort } from './abort.ts';
import type { KubeClient } from './client.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { isNotFound } from './errors.ts';
import { FairQueue, type Waiting } from './fair-queue.ts';
import type { KubeObject, ResourceType } from './resource.ts';

/** One thing that happened to an object. */
export interface Happening {
  readonly regarding: Pick<KubeObject, 'apiVersion' | 'kind'> & {
    readonly metadata: Pick<KubeObject['metadata'], 'namespace' | 'name' | 'uid' | 'resourceVersion'>;
  };
  readonly type: 'Normal' | 'Warning';
  /** One word for programs, such as `Scaled`. At most 128 characters. */
  readonly reason: string;
  /** What was done or tried, one word, such as `Scale`. At most 128 characters. */
  readonly action: string;
  /** For people. Cut after the 1,024 bytes that the API server takes. */
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create' | 'mergePatch'>;
  /** Who reports, such as `example.com/syncer`. */
  readonly reportingController: string;
  /** Which process of it. */
  readonly reportingInstance: string;
  readonly clock?: Clock;
  readonly now?: () => Date;
  /** How long to wait before the next Event: what is more important may be going on. @default never */
  readonly pauseMs?: () => number;
  /** Told when an Event could not be written. It is not tried again. */
  readonly onError: (error: unknown) => void;
}

/** An event of events.k8s.io/v1, as far as it is written here. */
interface Event extends KubeObject {
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

const EVENT: ResourceType<Event> = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** What is said again within this time of the last time is the same series. Kubernetes' own clients use 6 minutes. */
const SERIES_MS = 6 * 60_000;
/** A series is written when it begins, and then at most this often. */
const SERIES_WRITE_MS = 60_000;
/** More than this many to write and the oldest are left out, of the namespace with most, or of the object: nobody reads so many. */
const MOST_WAITING = 2_000;
const MOST_WAITING_PER_OBJECT = 10;
/** More than this many to remember and the oldest are forgotten. */
const MOST_REMEMBERED = 5_000;
const LONGEST_NOTE_BYTES = 1_024;

/** What was said of an object, and how often. */
interface Said extends Waiting {
  readonly key: string;
  readonly happening: Happening;
  /** Set once it is written. */
  name: string | undefined;
  count: number;
  lastMs: number;
  /** When it was last written; undefined while it never was. */
  writtenMs: number | undefined;
}

/** Writes Events, one after the other, of one namespace after the other. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #waiting = new FairQueue<Said>({ most: MOST_WAITING, mostPerObject: MOST_WAITING_PER_OBJECT });
  /** By what they say, the one said longest ago first. */
  readonly #said = new Map<string, Said>();
  /** Series with a count that is to be written at its time. */
  readonly #later = new Map<Said, () => void>();
  #wake: () => void = () => undefined;
  #isHurried = false;
  #isWriting = false;
  #allWritten: () => void = () => undefined;
  #dropped = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** How many were left out because too many were waiting. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Puts it down to be written. */
  record(given: Happening): void {
    // Neither the object itself is held on to, nor what is not written of a note.
    const { apiVersion, kind, metadata } = given.regarding;
    const { namespace, name, uid, resourceVersion } = metadata;
    const about = {
      name,
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    };
    const note = shortened(given.note);
    const happening = { ...given, note, regarding: { apiVersion, kind, metadata: about } };
    const nowMs = this.#clock.monotonicMs();
    this.#forgetOld(nowMs);
    const key = keyOfHappening(happening);
    const before = this.#said.get(key);
    const said = before ?? {
      ...{ key, happening, namespace: namespace ?? '', object: objectOf(happening) },
      ...{ name: undefined, count: 0, lastMs: nowMs, writtenMs: undefined },
    };
    said.count += 1;
    said.lastMs = nowMs;
    // The last place is that of what was said last.
    this.#said.delete(key);
    this.#said.set(key, said);
    if (said.count > 2 && said.writtenMs !== undefined && nowMs - said.writtenMs < SERIES_WRITE_MS) {
      this.#writeLater(said, said.writtenMs + SERIES_WRITE_MS - nowMs);
      return;
    }
    this.#wait(said);
  }

  /** Waits until all is written, or no longer than this; from now on there are no pauses. */
  async flush(timeoutMs: number): Promise<void> {
    this.#isHurried = true;
    for (const [said, cancel] of this.#later) {
      cancel();
      this.#wait(said);
    }
    this.#later.clear();
    if (this.#waiting.size === 0 && !this.#isWriting) return;
    const written = new Promise<void>((resolve) => {
      this.#allWritten = resolve;
    });
    await Promise.race([written, sleep(this.#clock, timeoutMs)]);
  }

  /** Writes what there is to write until the signal aborts; what is left then is dropped. */
  async run(signal: AbortSignal): Promise<void> {
    onAbort(signal, () => {
      for (const cancel of this.#later.values()) cancel();
      this.#wake();
    });
    while (!isAborted(signal)) {
      if (this.#waiting.size === 0) {
        this.#allWritten();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      await sleep(this.#clock, this.#isHurried ? 0 : (this.#options.pauseMs?.() ?? 0), signal);
      const next = this.#waiting.take();
      if (next === undefined) continue;
      this.#isWriting = true;
      await this.#write(next, signal).catch((error: unknown) => {
        if (!isAborted(signal)) this.#options.onError(error);
      });
      this.#isWriting = false;
    }
  }

  async #write(said: Said, signal: AbortSignal): Promise<void> {
    const { client, reportingController, reportingInstance } = this.#options;
    const { regarding, reason, action, type, note } = said.happening;
    const { apiVersion, kind, metadata } = regarding;
    const options = { fieldManager: reportingInstance.slice(0, 128), signal };
    const { namespace = 'default', name, uid, resourceVersion } = metadata;
    const time = (this.#options.now?.() ?? new Date()).toISOString().replace('Z', '000Z'); // MicroTime
    said.writtenMs = this.#clock.monotonicMs();
    const series = said.count > 1 ? { count: said.count, lastObservedTime: time } : undefined;
    if (said.name !== undefined) {
      try {
        await client.mergePatch(EVENT, { namespace, name: said.name }, { series }, options);
        return;
      } catch (error) {
        // Events go after an hour; then this is the first again.
        if (!isNotFound(error)) throw error;
      }
    }
    const event = await client.create<Event>(
      EVENT,
      {
        ...{ apiVersion: EVENT.apiVersion, kind: EVENT.kind },
        metadata: { namespace, name: eventName(name) },
        ...{ regarding: { apiVersion, kind, namespace, name, uid, resourceVersion } },
        ...{ type, reason, action, note, eventTime: time },
        ...{ reportingController, reportingInstance: reportingInstance.slice(0, 128) },
        ...(series && { series }),
      },
      options,
    );
    said.name = event.metadata.name;
  }

  #wait(said: Said): void {
    const givenUp = this.#waiting.add(said);
    if (givenUp !== undefined) {
      this.#dropped += 1;
      // Said again, it is news.
      if (this.#said.get(givenUp.key) === givenUp) this.#said.delete(givenUp.key);
    }
    this.#wake();
  }

  /** Counts that come in between are written together. */
  #writeLater(said: Said, delayMs: number): void {
    if (this.#later.has(said)) return;
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#later.delete(said);
      this.#wait(said);
    });
    this.#later.set(said, cancel);
  }

  #forgetOld(nowMs: number): void {
    for (const [key, said] of this.#said) {
      if (nowMs - said.lastMs < SERIES_MS && this.#said.size < MOST_REMEMBERED) return;
      this.#said.delete(key);
    }
  }
}

function keyOfHappening(happening: Happening): string {
  const { type, reason, action, note } = happening;
  return [objectOf(happening), type, reason, action, note].join('\n');
}

function objectOf({ regarding: { kind, metadata } }: Happening): string {
  return `${kind} ${metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`}`;
}

/** The limit is one of bytes. */
function shortened(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= LONGEST_NOTE_BYTES) return note;
  // As a stream: what is left of a character that was cut is not there yet.
  return `${new TextDecoder().decode(bytes.subarray(0, LONGEST_NOTE_BYTES - 3), { stream: true })}…`;
}

/** Unique, and readable: the object's name and a random part, within the 253 characters of a name. */
function eventName(name: string): string {
  return `${name.slice(0, 200)}.${globalThis.crypto.randomUUID()}`;
}
