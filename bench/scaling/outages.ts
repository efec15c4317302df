/** How many pods are left when the load cannot be read for a minute, at 51 pods and with a scale-down that waits for nothing. */

import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock.ts';
import type { Scaled, Stage } from './stage.ts';

const QPS = 505;
const OUTAGE_MS = 60_000;
/** What comes back is partial at first. */
const AFTER_MS = 75_000;
const CALM_MS = 75_000;

export const OUTAGES = ['empty', 'NaN', 'restarted empty'] as const;
export type Outage = (typeof OUTAGES)[number];

/** The fewest pods that were asked for, from the beginning of each outage until well after its end. */
export async function measureOutages(
  stage: Stage,
  onProgress: (line: string) => void,
): Promise<{ readonly fewest: Record<Outage, number>; readonly before: number }> {
  const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
  await using web = await stage.scaled('outages', QPS, { behavior });
  const fewest = { empty: 0, NaN: 0, 'restarted empty': 0 };
  let before = 0;
  for (const outage of OUTAGES) {
    await sleep(CALM_MS);
    before = await web.replicas();
    fewest[outage] = await fewestDuring(web, () => happen(stage, outage));
    onProgress(`outage ${outage}: from ${before} pods to ${fewest[outage]} at the least`);
  }
  return { fewest, before };
}

async function happen(stage: Stage, outage: Outage): Promise<void> {
  if (outage === 'restarted empty') {
    await stage.prometheus.kill();
    await sleep(OUTAGE_MS);
    await stage.prometheus.start({ empty: true });
    return;
  }
  stage.proxy.misbehave = outage === 'empty' ? { kind: 'empty' } : { kind: 'values', value: 'NaN' };
  await sleep(OUTAGE_MS);
  stage.proxy.misbehave = undefined;
}

async function fewestDuring(web: Scaled, happens: () => Promise<void>): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  let endMs = Number.POSITIVE_INFINITY;
  const happening = happens().then(() => {
    endMs = nowMs() + AFTER_MS;
  });
  while (nowMs() < endMs) {
    fewest = Math.min(fewest, await web.replicas());
    await sleep(250);
  }
  await happening;
  return fewest;
}
