/** How a flag's value becomes a whole number. */

import { InvalidArgumentError } from 'commander';

/** A parser for commander: a whole number within these limits, or an error that says so. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}, got '${value}'.`);
    }
    return number;
  };
}
