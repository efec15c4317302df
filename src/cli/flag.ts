/** What the flags of the syncer have in common: each is also an environment variable, and says what it expected. */

import { InvalidArgumentError, Option } from 'commander';

/** A flag that may also be given as an environment variable: `ELASTICWEB_MAX_REPLICAS` for `--max-replicas`. */
export function flag(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(`ELASTICWEB_${option.name().toUpperCase().replaceAll('-', '_')}`);
}

/** A parser of whole numbers within bounds. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}, got '${value}'.`);
    }
    return number;
  };
}
