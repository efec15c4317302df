/** Whether a failed request is sent again by the transport itself. Pure. */
import type { KubeError } from './errors.ts';

/** Attempts in all, the first included. */
const MOST_ATTEMPTS = 4;
/** A longer wait is not ours to sit out: the caller gets the error, with the time, and can do something else meanwhile. */
const LONGEST_WAIT_MS = 10_000;
/** When the server asks for fewer requests, but not for how long. */
const USUAL_WAIT_MS = 1_000;

export interface FailedAttempt {
  /** 1 for the first. */
  readonly attempt: number;
  readonly error: KubeError;
  /** Whether sending it twice has the same effect as sending it once. */
  readonly idempotent: boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * How long to wait before the request is sent again; undefined if it is not.
 *
 * - 429 says that the request was not looked at: safe for all. The wait is at least what Retry-After says.
 * - 503 with Retry-After, as during start and shutdown: only what is idempotent.
 * - No answer at all, once: a kept connection that the server closed just as it was used. Only what is idempotent.
 * - A deadline that has passed is not extended, and everything else is for the caller to judge.
 */
export function retryAfter({ attempt, error, idempotent, random }: FailedAttempt): number | undefined {
  if (attempt >= MOST_ATTEMPTS) return undefined;
  if (error.status === 429) return spread(error.retryAfterMs ?? USUAL_WAIT_MS, random);
  if (!idempotent) return undefined;
  if (error.status === 503 && error.retryAfterMs !== undefined) return spread(error.retryAfterMs, random);
  return error.reason === 'Unreachable' && attempt === 1 ? 0 : undefined;
}

/** Never less than asked for, and up to a fifth more, so that those who were sent away together do not come back together. */
function spread(waitMs: number, random: () => number): number | undefined {
  return waitMs > LONGEST_WAIT_MS ? undefined : waitMs * (1 + 0.2 * random());
}

/**
 * `Retry-After` in milliseconds; only the form in seconds, which is what the API server sends.
 *
 * @returns undefined if the header is absent or in another form
 */
export function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text !== undefined && /^[0-9]{1,6}$/.test(text) ? Number(text) * 1000 : undefined;
}
