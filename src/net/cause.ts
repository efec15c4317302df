/** What lies behind an error: network libraries wrap the fact (`connect ECONNREFUSED ...`) in errors that say nothing. */

/** What began it. */
export function innermostCause(error: unknown): unknown {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  // Node tries several addresses of a name at once, and reports them together under an empty message.
  if (innermost instanceof AggregateError && innermost.errors.length > 0) return innermostCause(innermost.errors[0]);
  return innermost;
}

/** The innermost cause in words. Those of certificates are the peer's: see connection-trouble.ts. */
export function rootCause(error: unknown): string {
  const innermost = innermostCause(error);
  if (!(innermost instanceof Error)) return String(innermost);
  return (innermost.message === '' ? innermost.name : innermost.message).trim();
}

/** What was thrown, in its own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
