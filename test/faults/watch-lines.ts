/** What can happen to the lines of a watch on their way to the client. */

import type { Call } from './call.ts';

/** Turns one line of a watch, without its line feed, into what the client gets in its place. While it waits, so does the watch. */
export type Rewrite = (line: string, call: Call) => readonly string[] | Promise<readonly string[]>;

/** Leaves every line as it is. */
export const passOn: Rewrite = (line) => [line];

/** Does it to the lines of those watches, and leaves the others as they are. */
export function inWatchesOf(resource: string, rewrite: Rewrite): Rewrite {
  return (line, call) => (call.resource === resource ? rewrite(line, call) : [line]);
}

/** Does it to the first line that is meant, and leaves all others as they are. */
export function once(isMeant: (line: string) => boolean, rewrite: Rewrite): Rewrite {
  let done = false;
  return (line, call) => {
    if (done || !isMeant(line)) return [line];
    done = true;
    return rewrite(line, call);
  };
}

/** The client never hears of it. */
export const dropped: Rewrite = () => [];

/** The line breaks off in the middle, and the next begins. */
export const truncated: Rewrite = (line) => [line.slice(0, line.length / 2)];

/** An event of a type that nobody knows. */
export const ofUnknownType: Rewrite = (line) => [line.replace(/"type":"[A-Z]+"/, '"type":"RENAMED"')];

/** As long as the largest object that etcd takes: the object gets an annotation of that size. */
export const longest: Rewrite = (line) => [
  line.replace('"metadata":{', `"metadata":{"annotations":{"padding":"${'x'.repeat(1_500_000)}"},`),
];

/** The server says that the client's place in history is no longer kept. */
export const expired: Rewrite = () => [
  '{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure",' +
    '"message":"too old resource version","reason":"Expired","code":410}}',
];

/** Every line is followed by all that came before it in that watch, the oldest first: as from a server that lags behind. */
export function replayed(): Rewrite {
  const before = new Map<string, readonly string[]>();
  return (line, { signature }) => {
    const old = before.get(signature) ?? [];
    before.set(signature, [...old, line]);
    return [line, ...old];
  };
}

/** Lines wait until they are released, and then come in their order. */
export class HeldLines {
  readonly #released = Promise.withResolvers<undefined>();
  readonly rewrite: Rewrite = async (line) => {
    await this.#released.promise;
    return [line];
  };

  release(): void {
    this.#released.resolve(undefined);
  }
}
