/** What can happen to a call between the syncer and the API server, and when it does. */

import type { Call } from './call.ts';

/**
 * - `kill`: the client is killed, before the API server hears of the call, or after it has done what was asked and before it answers.
 * - `lose`: the API server does what was asked, and the connection is cut instead of the answer.
 * - `delay`: half of the time before the API server hears of it, half before its answer is passed on.
 * - `answer`: the call is answered without the API server.
 * - `reset`: the connection ends with a TCP RST.
 * - `blackhole`: nothing is passed on, nothing is answered, and the connection stays open. What a watch brings that was open before is
 *   a matter of its lines (see `HeldLines`).
 * - `end`: a success without a word; for a watch, one that the server ends at once.
 */
export type Fault =
  | { readonly kind: 'kill'; readonly when: 'before' | 'after' }
  | { readonly kind: 'lose' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'answer'; readonly status: keyof typeof REASONS; readonly retryAfterSeconds?: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'end' };

/** Decides what happens to a call; undefined: nothing. */
export type Interference = (call: Call) => Fault | undefined;

/** The word of the API server for each status that is answered in its place. */
const REASONS = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
} as const;

/** What happens to every call of a story in turn, by the name that a test gives it. */
export const FAULTS = {
  'killed before': { kind: 'kill', when: 'before' },
  'killed after': { kind: 'kill', when: 'after' },
  'response lost': { kind: 'lose' },
  'delayed by 5 s': { kind: 'delay', ms: 5_000 },
  'answered 409': { kind: 'answer', status: 409 },
  'answered 429': { kind: 'answer', status: 429, retryAfterSeconds: 1 },
  'answered 500': { kind: 'answer', status: 500 },
  'answered 503': { kind: 'answer', status: 503 },
  'connection reset': { kind: 'reset' },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

/** Leaves every call alone. */
export const nothing: Interference = () => undefined;

/** Does it to each call that is meant. */
export function always(isMeant: (call: Call) => boolean, fault: Fault): Interference {
  return (call) => (isMeant(call) ? fault : undefined);
}

/** Does one of the faults to each call that is meant with this probability: the same ones for the same seed and the same calls. */
export function randomly(options: {
  readonly isMeant?: (call: Call) => boolean;
  readonly probability: number;
  readonly seed: number;
  readonly faults: readonly Fault[];
}): Interference {
  const { isMeant = () => true, probability, faults } = options;
  const random = randomFrom(options.seed);
  return (call) => {
    if (!isMeant(call)) return undefined;
    const [happens, which] = [random() < probability, random()];
    return happens ? faults[Math.floor(which * faults.length)] : undefined;
  };
}

/** What the API server says with a status, as its own `Status` object. */
export function statusBody(status: keyof typeof REASONS): string {
  const reason = REASONS[status];
  const message = `the fault proxy answers in place of the API server: ${reason}`;
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code: status,
  });
}

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
