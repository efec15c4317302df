/** What a construct throws when its props make no sense. */

import { describeErrors, type FieldError } from '../api/validate.ts';

/** Names every prop that is wrong, its value, and what was expected. */
export class InvalidPropsError extends Error {
  override readonly name = 'InvalidPropsError';
  readonly errors: readonly FieldError[];

  /**
   * @param construct kind of the construct, such as `ElasticWeb`
   * @param id its name or id
   */
  constructor(construct: string, id: string, errors: readonly FieldError[]) {
    const props = errors.map(({ path, message }) => ({ path: path.replace(/^spec\./, ''), message }));
    super(
      `${construct} ${id}: nothing was rendered, these props must change:\n${describeErrors(props).replace(/^/gm, '  ')}`,
    );
    this.errors = errors;
  }
}
