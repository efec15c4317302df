/** What a Kubernetes quantity is as a plain number: `50m` is 0.05. */

const FORM = /^([0-9]*\.?[0-9]*)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,2})?$/;
const UNITS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/**
 * The number that a quantity of the schema is: a whole number, or text such as `0.1`, `50m`, `1e-2`.
 *
 * @throws RangeError if it is none; the schema refuses those
 */
export function quantityAsNumber(quantity: number | string): number {
  const [, digits = '', unit = ''] = FORM.exec(String(quantity)) ?? [];
  const number = Number.parseFloat(digits);
  if (!Number.isFinite(number)) throw new RangeError(`expected a quantity such as 0.1 or 50m, got ${quantity}`);
  return UNITS[unit] === undefined ? Number.parseFloat(digits + unit) : number * UNITS[unit];
}
