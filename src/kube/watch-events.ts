/** The bytes of a watch, as events: one JSON document a line. */
import { KubeError } from './errors.ts';
import { statusError } from './status.ts';
import type { KubeObject, ResourceType } from './resource.ts';

/** What a watch brings, in the API's own words; `MALFORMED` is ours, for a line that says nothing we understand. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** Nothing changed, but everything up to this resource version has been sent. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ERROR'; readonly error: KubeError }
  /** An event is lost. Only a new list can tell which. */
  | { readonly type: 'MALFORMED'; readonly why: string };

/** Longer than the largest object that etcd takes (1.5 MB), with room for what JSON adds. */
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Reads the events of one watch. A last line without its line feed was cut off; it is dropped, since a watch resumed
 * from the event before it brings it again.
 *
 * @param target what is watched, for error messages
 * @throws KubeError if a line does not end; whatever reading the bytes throws passes through
 */
export async function* readEvents<T extends KubeObject>(
  bytes: AsyncIterable<Uint8Array>,
  type: ResourceType<T>,
  target: string,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const line of readLines(bytes, target)) {
    if (line.trim() !== '') yield parseEvent(line, type, target);
  }
}

async function* readLines(bytes: AsyncIterable<Uint8Array>, target: string): AsyncGenerator<string, void, undefined> {
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8');
      begun = [];
      begunBytes = 0;
      from = end + 1;
    }
    if (from === chunk.length) continue;
    begun.push(chunk.subarray(from));
    begunBytes += chunk.length - from;
    if (begunBytes > LONGEST_LINE_BYTES) {
      const message = `expected lines of at most ${LONGEST_LINE_BYTES} bytes, found a longer one; the watch is given up`;
      throw new KubeError({ verb: 'WATCH', target, reason: 'UnusableAnswer', message });
    }
  }
}

/** One line as an event. Never throws: what cannot be understood is `MALFORMED`. */
export function parseEvent<T extends KubeObject>(line: string, type: ResourceType<T>, target: string): WatchEvent<T> {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return { type: 'MALFORMED', why: 'not JSON' }; // The parser quotes the line, and what is in objects may be secret.
  }
  if (!isRecord(event) || !isRecord(event.object)) return { type: 'MALFORMED', why: 'no type or no object' };
  const { type: word, object } = event;
  switch (word) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      if (!hasVersion(object)) return { type: 'MALFORMED', why: 'the object has no name or no resource version' };
      return { type: word, object: asObject(object, type) };
    case 'BOOKMARK': {
      const version = isRecord(object.metadata) ? object.metadata.resourceVersion : undefined;
      if (typeof version !== 'string') return { type: 'MALFORMED', why: 'a bookmark without a resource version' };
      return { type: 'BOOKMARK', resourceVersion: version };
    }
    case 'ERROR':
      return { type: 'ERROR', error: statusError({ verb: 'WATCH', target }, object) };
    default:
      return { type: 'MALFORMED', why: `unknown event type ${JSON.stringify(word)}` };
  }
}

/** Whether this is an object that can be stored: it has a name and a resource version. */
export function hasVersion(object: unknown): object is Pick<KubeObject, 'metadata'> {
  return hasName(object) && typeof object.metadata.resourceVersion === 'string';
}

/** Whether this is an object at all. What a dry run would have created has no resource version. */
export function hasName(object: unknown): object is Pick<KubeObject, 'metadata'> {
  return isRecord(object) && isRecord(object.metadata) && typeof object.metadata.name === 'string';
}

/** Items of a list come without apiVersion and kind; this puts them back. */
export function asObject<T extends KubeObject>(object: Pick<KubeObject, 'metadata'>, type: ResourceType<T>): T {
  // The API server vouches for the rest of the shape: it validated the object against its schema.
  return { apiVersion: type.apiVersion, kind: type.kind, ...object } as T;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
