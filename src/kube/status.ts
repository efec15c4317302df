/** What a refusal says: the API server's `Status` object as a {@link KubeError}. */
import { type FieldCause, KubeError } from './errors.ts';

/** The API server quotes whatever value it refuses, and that may be a megabyte: of each text so much of its beginning and of its end. */
const LONGEST_TEXT = { beginning: 3_000, end: 1_000 };
/** A mistake in each of a thousand items is a cause each. */
const MOST_CAUSES = 100;

/** Enough of a foreign error page to recognise it, not enough to fill a log. */
const LONGEST_FOREIGN_TEXT = 200;

interface Call {
  readonly verb: string;
  readonly target: string;
}

/** The error that a parsed `Status` describes. Fields that are missing or of another type are left out. */
export function statusError(call: Call, status: unknown, retryAfterMs?: number): KubeError {
  const { code, reason, message, details } = record(status);
  const { causes, retryAfterSeconds } = record(details);
  const stayAwayMs = retryAfterMs ?? (isPositive(retryAfterSeconds) ? retryAfterSeconds * 1000 : undefined);
  return new KubeError({
    ...call,
    status: typeof code === 'number' ? code : undefined,
    reason: text(reason) || 'Unknown',
    message: text(message) || 'the API server gave no message',
    causes: Array.isArray(causes) ? causes.slice(0, MOST_CAUSES).map(fieldCause) : [],
    retryAfterMs: stayAwayMs,
  });
}

/** The error for an answer that is not a success, from its status line and body, whoever sent it. */
export function answerError(call: Call, status: number, body: string, retryAfterMs?: number): KubeError {
  const parsed = parseJson(body);
  if (record(parsed).kind === 'Status') return statusError(call, { ...record(parsed), code: status }, retryAfterMs);
  // A proxy or load balancer on the way, not the API server.
  const message = body.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_FOREIGN_TEXT) || 'an empty answer';
  return new KubeError({ ...call, status, reason: 'Unknown', message, retryAfterMs });
}

function fieldCause(cause: unknown): FieldCause {
  const { reason, message, field } = record(cause);
  return { reason: text(reason), message: text(message), field: text(field) };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // not JSON, so not a Status; the caller shows it as text
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  if (typeof value !== 'string') return '';
  const { beginning, end } = LONGEST_TEXT;
  if (value.length <= beginning + end) return value;
  // Half a character is none: whoever stores it gets another text back.
  return `${value.slice(0, beginning)} ... ${value.slice(-end)}`.toWellFormed();
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}
