/** What an error means for the object it happened to: the one place that sorts them. */

import type { TerminalReason, TransientReason } from '../api/conditions.ts';
import { InvalidPropsError } from '../construct/invalid-props.ts';
import { isConflict, isForbidden, isInvalid, isNamespaceTerminating, KubeError } from '../kube/errors.ts';
import { ContendedError } from './repairs.ts';

/**
 * - `terminal`: the object must change.
 * - `transient`: tried again with growing pauses.
 * - `stale`: what was read is not what is there; read again, and say nothing yet.
 * - `gone`: the namespace is being deleted; nothing more to do.
 */
export type Failure =
  | { readonly kind: 'terminal'; readonly reason: TerminalReason; readonly message: string }
  | {
      readonly kind: 'transient';
      readonly reason: TransientReason;
      readonly message: string;
      /** How long the API server asks us to stay away, or there is no sense in coming back. */
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'stale'; readonly message: string }
  | { readonly kind: 'gone'; readonly message: string };

/** Sorts an error of rendering or of the API server. */
export function failureOf(error: unknown): Failure {
  const message = wordsOf(error);
  if (error instanceof InvalidPropsError) return terminal('InvalidSpec', message);
  if (error instanceof ContendedError) return { ...transient('Contended', message), retryAfterMs: error.retryAfterMs };
  if (isNamespaceTerminating(error)) return { kind: 'gone', message };
  // Before the rest: a webhook chooses its own status code.
  if (isAdmissionDenial(error)) return transient('AdmissionDenied', message);
  if (isConflict(error)) return { kind: 'stale', message };
  if (isInvalid(error)) return refusal(error, message);
  if (isForbidden(error)) return transient(message.includes('exceeded quota') ? 'QuotaExceeded' : 'Forbidden', message);
  const { retryAfterMs } = error instanceof KubeError ? error : {};
  return { ...transient('ApplyFailed', message), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** What is said about it: which object was refused and why. The verb and the status code are for the log. */
function wordsOf(error: unknown): string {
  if (error instanceof KubeError) return `${error.target}: ${error.reason}: ${error.serverMessage}`;
  return error instanceof Error ? error.message : String(error);
}

const transient = (reason: TransientReason, message: string) => ({ kind: 'transient', reason, message }) as const;
const terminal = (reason: TerminalReason, message: string): Failure => ({ kind: 'terminal', reason, message });

/** With what the API server begins its words; what follows may be anybody's, such as a value of the ElasticWeb's. */
const DENIED_BY_WEBHOOK = /^admission webhook "[^"]{1,500}" denied /;
const DENIED_BY_POLICY = /^(?:[\w.-]{1,200} "[^"]{0,500}" is forbidden: )?ValidatingAdmissionPolicy '/;

function isAdmissionDenial(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  return DENIED_BY_WEBHOOK.test(error.serverMessage) || DENIED_BY_POLICY.test(error.serverMessage);
}

/**
 * The child's own validation said no. The reasons of its causes are too coarse for what is told apart here, so their last words decide,
 * which have been the same for years; before them stands the value.
 */
function refusal({ causes }: KubeError, message: string): Failure {
  const isTaken = causes.some((cause) => cause.field.endsWith('.nodePort') && cause.message.endsWith(ALLOCATED));
  if (isTaken) return transient('NodePortConflict', message);
  if (causes.some((cause) => cause.message.endsWith('field is immutable'))) return terminal('ImmutableField', message);
  return terminal('InvalidSpec', message);
}

const ALLOCATED = 'port is already allocated';

/** Whether the API server refused an object because something is in it twice. */
export function isDuplicate(error: unknown): boolean {
  return isInvalid(error) && error.causes.some(({ reason }) => reason === 'FieldValueDuplicate');
}
