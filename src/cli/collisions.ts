/** Whether two ElasticWebs of some files want the same child. */

import { Failure } from './failure.ts';

/** An ElasticWeb: where it stands, and its children as `Deployment shop/web`. */
export interface Parent {
  readonly label: string;
  readonly children: readonly string[];
}

/**
 * Two children of one name would overwrite each other; the syncer would stall the second ElasticWeb with NameConflict.
 *
 * @param consequence what has not been done then: `Nothing was printed.`
 * @throws Failure when there are such
 */
export function refuseCollisions(parents: readonly Parent[], consequence: string): void {
  const owners = new Map<string, string>();
  for (const { label, children } of parents) {
    for (const child of children) {
      const owner = owners.get(child);
      if (owner !== undefined) {
        throw new Failure(`${consequence} ${label}: its ${child} is also one of ${owner}; rename one of the two`);
      }
      owners.set(child, label);
    }
  }
}
