/** How a list or a watch ended, and why. */
import { KubeError, isExpired } from './errors.ts';

/** Why a watch ended: by the server, as it does every few minutes; nothing came; too old to go on; nonsense came; anything else. */
export type WatchEnd = 'closed' | 'silent' | 'expired' | 'malformed' | 'failed';

/** How a list or a watch ended, and so what comes next. */
export type End =
  | { readonly kind: 'listed' }
  /** Nothing is wrong: the server ended the watch, or there was nothing to tell. */
  | { readonly kind: 'closed' | 'silent'; readonly livedMs: number }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      readonly livedMs: number;
      readonly next: 'list' | 'watch';
      /** Whether a watch had been granted, and broke off. */
      readonly broke?: boolean;
    };

/** The reason by which the end of a watch is counted. */
export function watchEndOf(end: End): WatchEnd {
  if (end.kind !== 'failed') return end.kind === 'silent' ? 'silent' : 'closed';
  if (isExpired(end.error)) return 'expired';
  return end.error instanceof KubeError && end.error.reason === 'UnusableAnswer' ? 'malformed' : 'failed';
}
