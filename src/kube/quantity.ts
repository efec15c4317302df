/** Whether two Kubernetes quantities are the same amount: `500m` is `0.5`, `1Gi` is `1024Mi`. Exact, without floating point. */

const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,3})?$/;

/** Powers of ten. */
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Powers of two. */
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/**
 * A quantity as a number of billionths, which is the smallest unit that Kubernetes knows; what is smaller is rounded away
 * from zero, as there: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 *
 * @returns undefined if it is not a quantity
 */
export function parseQuantity(quantity: unknown): bigint | undefined {
  // JSON may hold a plain number; its text is a quantity too (`1e+21` at the worst).
  const text = typeof quantity === 'number' ? String(quantity) : quantity;
  if (typeof text !== 'string') return undefined;
  const match = FORM.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const twos = BINARY[suffix] ?? 0;
  const tens = DECIMAL[suffix] ?? (/^[eE]./.test(suffix) && twos === 0 ? Number(suffix.slice(1)) : 0);
  const digits = BigInt(whole + fraction) * 2n ** BigInt(twos);
  const billionths = shift(digits, tens + 9 - fraction.length);
  return sign === '-' ? -billionths : billionths;
}

/** Times a power of ten; a fraction that is left over counts as one. */
function shift(amount: bigint, tens: number): bigint {
  if (tens >= 0) return amount * 10n ** BigInt(tens);
  const divisor = 10n ** BigInt(-tens);
  return (amount + divisor - 1n) / divisor;
}

/** Whether both are the same amount; values that are no quantities are the same if they are identical. */
export function isSameQuantity(a: unknown, b: unknown): boolean {
  const [first, second] = [parseQuantity(a), parseQuantity(b)];
  return first === undefined || second === undefined ? a === b : first === second;
}
