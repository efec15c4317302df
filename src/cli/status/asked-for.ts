/** Whether an ElasticWeb is one of those that the command line names. Pure. */

import type { ElasticWebResource } from '../../syncer/kinds.ts';
import type { AskedFor } from '../status.ts';

/** Whether it is one of them; without names, all are. */
export function isAskedFor({ metadata }: ElasticWebResource, names: readonly AskedFor[]): boolean {
  const { namespace = '', name } = metadata;
  return names.length === 0 || names.some((asked) => isNamed({ namespace, name }, asked));
}

/** Whether this name is meant. */
export function isNamed(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  asked: AskedFor,
): boolean {
  return name === asked.name && (asked.namespace ?? namespace) === namespace;
}
