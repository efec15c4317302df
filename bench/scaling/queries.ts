/** How many queries Prometheus gets, however many ElasticWebs there are. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

const MINUTE_MS = 60_000;

/** Queries within a minute while so many ElasticWebs scale. */
export async function countQueries(stage: Stage, count: number): Promise<number> {
  await using webs = new AsyncDisposableStack();
  for (let i = 0; i < count; i += 1) webs.use(await stage.scaled(`many-${i}`, 10));
  const before = stage.proxy.seen.length;
  await sleep(MINUTE_MS);
  return stage.proxy.seen.length - before;
}
