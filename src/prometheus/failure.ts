/** How a query can fail, and what that says about asking again. */

import type { UnknownReason } from '../scaling/reading.ts';

/** A query without an answer that could be used. */
export interface Failure {
  readonly kind: 'failed';
  readonly reason: UnknownReason;
  /** For people: the server's host, what it did and what happens next; nothing that it sent, and the same at every tick. */
  readonly message: string;
  readonly next: Next;
}

/**
 * - `anyway`: it is about this query only.
 * - `later`: the server is in trouble, so it is asked again after pauses that grow.
 * - `asked`: the server says itself that it wants to be left alone, perhaps for how long.
 * - `refused`: somebody must give other credentials, and then wants to see that they work.
 */
export type Next =
  | { readonly kind: 'anyway' }
  | { readonly kind: 'later' }
  | { readonly kind: 'asked'; readonly afterMs: number | undefined }
  | { readonly kind: 'refused' };

/** What a message ends with. */
const OUTLOOK = {
  anyway: 'asked again at the next tick',
  later: 'asked again within 30 s',
  asked: 'asked again within a minute',
  refused: 'asked again within 10 s',
} as const;

/** A failure whose message says what happens next. */
export function failure(reason: UnknownReason, what: string, next: Next = { kind: 'later' }): Failure {
  return { kind: 'failed', reason, message: `${what}; ${OUTLOOK[next.kind]}`, next };
}
