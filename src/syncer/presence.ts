/** Whether an ElasticWeb is still there, when something speaks against it. */

import { ELASTIC_WEB, type ElasticWebResource } from './kinds.ts';
import type { PassContext } from './pass.ts';

/**
 * Asks the API server whether the ElasticWeb is still there, and not about to go; the copies learn it when it is not. Its own watch may be
 * late: to make its children again would only give the garbage collector more to collect.
 */
export async function isThere(
  { client, cache }: Pick<PassContext, 'client' | 'cache'>,
  web: ElasticWebResource,
): Promise<boolean> {
  const live = await client.get(ELASTIC_WEB, web.metadata);
  if (live?.metadata.uid !== web.metadata.uid) cache.webs.forget(web);
  return live?.metadata.uid === web.metadata.uid && typeof live?.metadata.deletionTimestamp !== 'string';
}
