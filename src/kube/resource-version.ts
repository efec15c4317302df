/** Which of two states of the API server is newer. */

/** Decimal digits only: the form that the API server gives and that may be compared. */
const NUMBER = /^[0-9]+$/;

/**
 * Whether `a` is older than `b`. Resource versions of one resource type are numbers that grow with every write:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 * Versions in another form (of an aggregated API server, say) are never called older, so that nothing is held back.
 */
export function isOlder(a: string, b: string): boolean {
  return NUMBER.test(a) && NUMBER.test(b) && compare(a, b) < 0;
}

/** Like {@link isOlder}, but also true when both are the same. */
export function isNotNewer(a: string, b: string): boolean {
  return a === b || isOlder(a, b);
}

function compare(a: string, b: string): number {
  // Up to 15 digits fit into a double exactly, and that is much cheaper.
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
