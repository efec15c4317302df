/** How soon a step of the load is served: from 100 to 500 requests a second, at 10 a pod. */

import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock.ts';
import { SCRAPE_SECONDS, SINGLE, type Stage } from './stage.ts';

const FROM_QPS = 100;
const TO_QPS = 500;
/** Pods that the load needs after the step. */
export const NEED = TO_QPS / SINGLE;
const ENOUGH = 0.9 * NEED;
/** Long enough for a reading of each kind, and for most of a stable window. */
const CALM_MS = 45_000;
/** How long a step is watched. */
const WATCHED_MS = 75_000;

/** What became of one step. */
export interface Step {
  /** Until 90 % of the pods were Ready; undefined: never, while it was watched. */
  readonly seconds: number | undefined;
  /** Pods that were missing, added up over the time that they were. */
  readonly missingPodSeconds: number;
  /** The most pods that were asked for. */
  readonly peak: number;
}

/**
 * One step, on an ElasticWeb of its own.
 *
 * @param capacity what a pod can serve at most, so that counters show no more; undefined: counters show the whole load
 */
export async function measureStep(stage: Stage, name: string, capacity?: number): Promise<Step> {
  if (capacity !== undefined) stage.limit(name, capacity);
  await using web = await stage.scaled(name, FROM_QPS);
  // Not always at the same moment between two scrapes and two ticks.
  await sleep(CALM_MS + Math.random() * SCRAPE_SECONDS * 1_000);
  web.load.set(TO_QPS);
  const startMs = nowMs();
  let beforeMs = startMs;
  let seconds: number | undefined;
  let missingPodSeconds = 0;
  let peak = 0;
  while (nowMs() - startMs < WATCHED_MS) {
    await sleep(100);
    const atMs = nowMs();
    missingPodSeconds += (Math.max(0, NEED - web.ready) * (atMs - beforeMs)) / 1_000;
    beforeMs = atMs;
    if (web.ready >= ENOUGH) seconds ??= (atMs - startMs) / 1_000;
    peak = Math.max(peak, await web.replicas());
  }
  return { seconds, missingPodSeconds, peak };
}
