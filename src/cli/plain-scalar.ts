/** What an unquoted word of a YAML file means to kubectl. */

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const BASES = [
  { prefix: '0x', digits: /^0[xX]([0-9a-fA-F]+)$/ },
  { prefix: '0o', digits: /^0[oO]?([0-7]+)$/ },
  { prefix: '0b', digits: /^0[bB]([01]+)$/ },
] as const;

const DECIMAL = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const BEGINS_WITH_POINT = /^\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?$/;
const UINT64_MAX = 2n ** 64n - 1n;
const INT64_MIN = 2n ** 63n;

/**
 * The value of a plain scalar as sigs.k8s.io/yaml reads it: the words of YAML 1.1 (`yes`, `off`, `~`), integers with a base (`0x1F`, `0o17`,
 * `017`, `0b11`) and with underscores, floats; no dates, no base 60 (`22:30`): those are text. NaN and Infinity are what `.nan`
 * and `.inf` give, although JSON cannot carry them.
 *
 * The table in the test comes from sigs.k8s.io/yaml itself. The rules: `resolve` in https://github.com/yaml/go-yaml/blob/v2.4.4/resolve.go
 */
export function resolvePlainScalar(text: string): string | number | boolean | null {
  const word = WORDS.get(text) ?? NOT_FINITE.get(text);
  if (word !== undefined) return word;
  if (WORDS.has(text)) return null;
  if (!/^[-+.0-9]/.test(text)) return text;
  const plain = text.replaceAll('_', '');
  if (text.startsWith('.')) return BEGINS_WITH_POINT.test(text) ? finite(plain, text) : text;
  return basedInteger(plain) ?? (DECIMAL.test(plain) ? finite(plain, text) : text);
}

/** Go refuses a number that is too large for a float64, and then it is text. */
function finite(number: string, text: string): number | string {
  const value = Number.parseFloat(number);
  return Number.isFinite(value) ? value : text;
}

/** An integer in a base other than ten, if it is one of at most 64 bits. */
function basedInteger(plain: string): number | undefined {
  const [, sign = '', unsigned = ''] = /^([-+]?)(.*)$/s.exec(plain) ?? [];
  for (const { prefix, digits } of BASES) {
    const number = digits.exec(unsigned)?.[1];
    if (number === undefined) continue;
    const value = BigInt(`${prefix}${number}`);
    if (value > (sign === '' ? UINT64_MAX : sign === '-' ? INT64_MIN : INT64_MIN - 1n)) return undefined;
    return sign === '-' ? -Number(value) : Number(value);
  }
  return undefined;
}
