/** How a call to the API server can fail, sorted by what the caller does next. */

/** One field that the API server refuses, from `Status.details.causes`. */
export interface FieldCause {
  readonly reason: string;
  readonly message: string;
  /** Path of the field, such as `spec.ports[0].nodePort`; empty if the cause is not about one. */
  readonly field: string;
}

export interface KubeErrorOptions {
  /** HTTP method, or WATCH. */
  readonly verb: string;
  /** What the call was about: `Deployment shop/web`, `deployments in shop`. */
  readonly target: string;
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined;
  /** `Status.reason`, such as `NotFound`; or one of {@link ClientReason} when no Status came. */
  readonly reason: string;
  /** The server's own words, or what the network said. */
  readonly message: string;
  readonly causes?: readonly FieldCause[];
  /** How long the server asks us to stay away. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Reasons that this client gives itself, for calls that were not sent, or got no answer or no usable one. */
export type ClientReason = 'Unreachable' | 'DeadlineExceeded' | 'AnswerTooLarge' | 'UnusableAnswer' | 'NotLeading';

/**
 * A call that failed: `PATCH Deployment shop/web: 422 Invalid: spec.replicas: must be at least 0`.
 * A call that the caller aborted itself is not one of these: it rejects with the reason of the abort.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly verb: string;
  readonly target: string;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  readonly reason: string;
  /** The server's own words, without verb and target. */
  readonly serverMessage: string;
  readonly causes: readonly FieldCause[];
  readonly retryAfterMs: number | undefined;

  constructor(options: KubeErrorOptions) {
    const { verb, target, status, reason, message, cause } = options;
    const answer = status === undefined ? reason : `${status} ${reason}`;
    super(`${verb} ${target}: ${answer}: ${message}`, cause === undefined ? undefined : { cause });
    this.verb = verb;
    this.target = target;
    this.status = status;
    this.reason = reason;
    this.serverMessage = message;
    this.causes = options.causes ?? [];
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** No such object; for a list, no such resource type. */
export function isNotFound(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 404;
}

/** Another object of this name is there: read it, then decide. */
export function isAlreadyExists(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 409 && error.reason === 'AlreadyExists';
}

/**
 * The object is not, or no longer, the one that the request was made for, or another manager owns a field: read again.
 * An apply that names a uid fails with 409 if there is no object of that name, and with 422 if there is another.
 */
export function isConflict(error: unknown): error is KubeError {
  if (!(error instanceof KubeError)) return false;
  return (error.status === 409 && error.reason !== 'AlreadyExists') || isOfAnotherUid(error);
}

/** The API server understood the object and refuses it: sending the same again cannot help, the object must change. */
export function isInvalid(error: unknown): error is KubeError {
  if (!(error instanceof KubeError)) return false;
  return (error.status === 422 && !isOfAnotherUid(error)) || error.status === 400;
}

function isOfAnotherUid(error: KubeError): boolean {
  return error.status === 422 && error.causes.some((cause) => cause.field === 'metadata.uid');
}

/** Not allowed: a right, a quota or an admission rule is in the way, and somebody else must change that. */
export function isForbidden(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 403;
}

/** The namespace is being deleted: nothing can be created in it, and what is there goes away. */
export function isNamespaceTerminating(error: unknown): error is KubeError {
  return isForbidden(error) && error.causes.some((cause) => cause.reason === 'NamespaceTerminating');
}

/** The resource version or continue token is too old: list anew. */
export function isExpired(error: unknown): error is KubeError {
  return error instanceof KubeError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

/** The answer was larger than this client takes: a shorter page of a list may be small enough. */
export function isAnswerTooLarge(error: unknown): error is KubeError {
  return error instanceof KubeError && error.reason === 'AnswerTooLarge';
}

/** The write was not sent, because another process may be leading by now. */
export function isNotLeading(error: unknown): error is KubeError {
  return error instanceof KubeError && error.reason === 'NotLeading';
}
