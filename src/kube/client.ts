/** The calls of a controller: read, list, watch, server-side apply, create, patch. One method, one request (or one paged list). */
import { KubeError, isAnswerTooLarge, isExpired, isNotFound } from './errors.ts';
import { type KubeObject, type ObjectName, type ResourceType, describeTarget, resourcePath } from './resource.ts';
import type { ApiCall, Transport } from './transport.ts';
import { type WatchEvent, asObject, hasName, hasVersion, isRecord, readEvents } from './watch-events.ts';

/** Which objects of a type are meant. Without `namespace`: those of all namespaces. */
export interface Scope {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
}

export interface ListOptions extends Scope {
  readonly limit?: number | undefined;
  /** `continue` of the page before. */
  readonly continueFrom?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One page of a list, as of one moment. */
export interface Page<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Where the next page starts; undefined on the last one. */
  readonly continueFrom: string | undefined;
}

export interface WatchOptions extends Scope {
  /** Only what happened after this version is sent. */
  readonly resourceVersion: string;
  /** Called when the server has agreed; the first event may be a long time coming. */
  readonly onGranted?: () => void;
}

export interface WriteOptions {
  /** Who is remembered in managedFields as having set the fields. */
  readonly fieldManager: string;
  /** Ask for the verdict and the result, write nothing. */
  readonly dryRun?: boolean;
  readonly subresource?: string;
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  /** Take over fields that another manager owns; without it that is a conflict (409). */
  readonly force: boolean;
}

/** Objects a page: a fifth of what kubectl asks for, since nothing else happens while a page is read, for some 8 ms. More of them take no longer. */
const PAGE_SIZE = 100;
/** The API server ends a watch after a time of our choosing in this range, so that watches do not all end together. */
const WATCH_SECONDS = { least: 300, most: 600 };

/**
 * A resource version that no object ever has. An apply of an object with this version makes it, or conflicts (409) with the one that is
 * there: where there is none, the API server does not look at the version (from 1.23 on for every type, as far as was tried).
 */
export const NO_VERSION = '1';

export interface KubeClientOptions {
  readonly transport: Transport;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Asked right before a write is sent, each time it is: false keeps it from being sent. @default always true */
  readonly mayWrite?: () => boolean;
  /** Every write asks for the verdict and the result only: nothing is ever written. @default false */
  readonly dryRun?: boolean;
}

/** A client for any resource type. It stays in the namespace that each call names. */
export class KubeClient {
  readonly #transport: Transport;
  readonly #random: () => number;
  readonly #mayWrite: () => boolean;
  readonly #dryRun: boolean;

  constructor({ transport, random = Math.random, mayWrite = () => true, dryRun = false }: KubeClientOptions) {
    this.#transport = transport;
    this.#random = random;
    this.#mayWrite = mayWrite;
    this.#dryRun = dryRun;
  }

  /** Reads one object; undefined if there is none of that name. */
  async get<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await this.#object(type, { ...target('GET', type, name), signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Reads one page of a list; without `limit` the page is all of it. */
  async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<Page<T>> {
    const call = target('GET', type, { namespace: options.namespace });
    const answer = await this.#transport.request({
      ...call,
      query: {
        labelSelector: options.labelSelector,
        limit: options.limit,
        continue: options.continueFrom,
        resourceVersion: options.resourceVersion,
      },
      signal: options.signal,
    });
    return readPage(type, call.target, answer);
  }

  /**
   * Reads all objects, page by page, as of one moment: the resource version of the first page. Where objects are large, pages are shorter.
   * If that moment is compacted away between two pages, all are read once more from the first page on, and `restart` is
   * called before, so that the caller drops the pages it has.
   */
  async *pages<T extends KubeObject>(
    type: ResourceType<T>,
    options: Scope & { readonly signal?: AbortSignal | undefined; restart(): void },
  ): AsyncGenerator<Page<T>, void, undefined> {
    let continueFrom: string | undefined;
    let limit = PAGE_SIZE;
    /** What was too large is not asked for again at once. */
    let mostAsked = PAGE_SIZE;
    let hasRestarted = false;
    for (;;) {
      let page: Page<T>;
      try {
        page = await this.list(type, { ...options, limit, continueFrom });
      } catch (error) {
        if (isAnswerTooLarge(error) && limit > 1) {
          mostAsked = Math.ceil(limit / 2);
          limit = Math.ceil(limit / 4);
          continue;
        }
        if (continueFrom === undefined || hasRestarted || !isExpired(error)) throw error;
        [hasRestarted, continueFrom] = [true, undefined];
        options.restart();
        continue;
      }
      yield page;
      if (page.continueFrom === undefined) return;
      if (page.continueFrom === continueFrom) {
        const call = target('GET', type, { namespace: options.namespace });
        throw new KubeError({
          ...call,
          verb: call.method,
          reason: 'UnusableAnswer',
          message: 'the same page came twice',
        });
      }
      continueFrom = page.continueFrom;
      limit = Math.min(2 * limit, mostAsked);
      mostAsked = Math.min(Math.ceil(1.25 * mostAsked), PAGE_SIZE);
    }
  }

  /** Reads all objects at once, page by page. */
  async listAll<T extends KubeObject>(
    type: ResourceType<T>,
    options: Scope & { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<{ readonly items: T[]; readonly resourceVersion: string }> {
    let items: T[] = [];
    let resourceVersion: string | undefined;
    const restart = () => {
      items = [];
      resourceVersion = undefined;
    };
    for await (const page of this.pages(type, { ...options, restart })) {
      items.push(...page.items);
      resourceVersion ??= page.resourceVersion;
    }
    return { items, resourceVersion: resourceVersion ?? '' };
  }

  /**
   * Watches until the server ends it (normally after 5 to 10 minutes), the connection breaks, or the signal aborts.
   *
   * @throws KubeError if it cannot start (410 when `resourceVersion` is too old) or breaks; the reason of the abort
   */
  async *watch<T extends KubeObject>(
    type: ResourceType<T>,
    options: WatchOptions,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { least, most } = WATCH_SECONDS;
    const call = target('GET', type, { namespace: options.namespace });
    const bytes = await this.#transport.stream({
      ...call,
      verb: 'WATCH',
      query: {
        watch: true,
        allowWatchBookmarks: true,
        labelSelector: options.labelSelector,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: Math.round(least + (most - least) * this.#random()),
      },
      signal,
    });
    options.onGranted?.();
    yield* readEvents(bytes, type, call.target);
  }

  /**
   * Server-side apply: makes the fields in `object` so, and removes those that this manager applied before and that are
   * no longer in it. With `metadata.uid` it is an update of that very object or fails; without it, creates what is missing.
   */
  apply<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options: ApplyOptions): Promise<T> {
    return this.#write(type, {
      ...target('PATCH', type, { ...object.metadata, subresource: options.subresource }),
      query: { ...this.#writeQuery(options), force: options.force },
      contentType: 'application/apply-patch+yaml', // JSON is YAML
      body: object,
      idempotent: true,
      signal: options.signal,
    });
  }

  /** Creates an object. */
  create<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options: WriteOptions): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.#write(type, {
      ...target('POST', type, { namespace }),
      target: describeTarget(type, { namespace, name }),
      query: this.#writeQuery(options),
      body: object,
      signal: options.signal,
    });
  }

  /**
   * JSON merge patch (RFC 7386), of a subresource such as `status` if one is named: objects are merged, null removes,
   * lists and values are replaced. With `metadata.resourceVersion` in the patch, a conflict (409) if the object has moved on.
   */
  mergePatch<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    patch: unknown,
    options: WriteOptions,
  ): Promise<T> {
    return this.#write(type, {
      ...target('PATCH', type, { ...name, subresource: options.subresource }),
      query: this.#writeQuery(options),
      contentType: 'application/merge-patch+json',
      body: patch,
      idempotent: true,
      signal: options.signal,
    });
  }

  #writeQuery({ fieldManager, dryRun = false }: WriteOptions) {
    return { fieldManager, dryRun: dryRun || this.#dryRun ? 'All' : undefined };
  }

  #write<T extends KubeObject>(type: ResourceType<T>, call: ApiCall): Promise<T> {
    const beforeSend = (): void => {
      if (this.#mayWrite()) return;
      const message = 'nothing was sent: another process may be leading by now';
      throw new KubeError({ verb: call.method, target: call.target, reason: 'NotLeading', message });
    };
    return this.#object(type, { ...call, beforeSend });
  }

  async #object<T extends KubeObject>(type: ResourceType<T>, call: ApiCall): Promise<T> {
    const answer = await this.#transport.request(call);
    if (!hasName(answer)) throw unusable(call.method, call.target, 'an object with a name');
    return asObject(answer, type);
  }
}

function target(
  method: ApiCall['method'],
  type: ResourceType,
  what: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined },
): Pick<ApiCall, 'method' | 'path' | 'target'> {
  return { method, path: resourcePath(type, what), target: describeTarget(type, what) };
}

function readPage<T extends KubeObject>(type: ResourceType<T>, about: string, answer: unknown): Page<T> {
  const { metadata, items } = isRecord(answer) ? answer : {};
  const { resourceVersion, continue: continueFrom } = isRecord(metadata) ? metadata : {};
  if (typeof resourceVersion !== 'string' || !(items === null || Array.isArray(items))) {
    throw unusable('GET', about, 'a list with items and a resource version');
  }
  return {
    // An empty list of some types has null instead of [].
    items: (items ?? []).filter(hasVersion).map((item) => asObject(item, type)),
    resourceVersion,
    continueFrom: typeof continueFrom === 'string' && continueFrom !== '' ? continueFrom : undefined,
  };
}

function unusable(verb: string, about: string, expected: string): KubeError {
  const message = `expected ${expected}, found something else; is this address an API server?`;
  return new KubeError({ verb, target: about, reason: 'UnusableAnswer', message });
}
