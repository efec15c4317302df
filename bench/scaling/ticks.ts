/** What a tick costs with thousands of ElasticWebs: their load read over HTTP, and decided. In this process, without a cluster. */

import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { validateSpec } from '../../src/api/validate.ts';
import { LoadSource } from '../../src/prometheus/source.ts';
import { Autoscaler, type LoadReader } from '../../src/syncer/autoscaler.ts';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';
import { nowMs } from '../clock.ts';
import { median } from '../figures.ts';
import { SINGLE } from './stage.ts';

const TICKS = 20;
const PODS = 10;

/** Milliseconds of a tick. */
export interface TickCost {
  /** From asking to the last decision; the median. */
  readonly tickMs: number;
  /** Of that, after the answers are read: the decisions; the median. */
  readonly decideMs: number;
  /** The longest time in which nothing else got a turn. */
  readonly longestBlockMs: number;
}

/** Ticks over so many ElasticWebs. */
export async function measureTicks(count: number): Promise<TickCost> {
  const workerData = { count, pods: PODS, singlePodQps: SINGLE };
  const server = new Worker(new URL('answers.ts', import.meta.url), { workerData });
  const [port] = (await once(server, 'message')) as [number];
  const source = new LoadSource({
    ...{ url: `http://127.0.0.1:${port}`, timeoutMs: 30_000 },
    ...{ scrapeIntervalSeconds: 15, stableWindowSeconds: 60 },
  });
  let decideMs = 0;
  const reader: LoadReader = {
    async *read(targets, signal) {
      for await (const readings of source.read(targets, signal)) {
        const startMs = nowMs();
        yield readings;
        // Whoever takes the next ones has decided on these.
        decideMs += nowMs() - startMs;
      }
    },
  };
  const webs = new Map(Array.from({ length: count }, (_, i) => [`bench/web-${i}`, webOf(`web-${i}`)]));
  let woken = 0;
  const autoscaler = new Autoscaler({
    ...{ reader, stableWindowMs: 60_000, maxReplicas: 10_000, nowMs: () => Date.now() },
    cache: { webs, deployments: { glance: (key) => ({ replicas: PODS, ready: PODS, owner: key.slice(6) }) } },
    wake: () => {
      woken += 1;
    },
  });
  for (const web of webs.values())
    autoscaler.decide(web, web.spec as never, { currentReplicas: PODS, readyReplicas: PODS });

  const delay = monitorEventLoopDelay({ resolution: 1 });
  const ticks: number[] = [];
  const decisions: number[] = [];
  const signal = new AbortController().signal;
  for (let i = 0; i < TICKS; i += 1) {
    // The first is when everything is compiled.
    if (i === 1) delay.enable();
    const startMs = nowMs();
    decideMs = 0;
    await autoscaler.tick(signal);
    if (i > 0) ticks.push(nowMs() - startMs);
    if (i > 0) decisions.push(decideMs);
    await sleep(100);
  }
  delay.disable();
  await source.close();
  await server.terminate();
  if (woken === 0) throw new Error('nobody was woken, so nothing was decided');
  return { tickMs: median(ticks), decideMs: median(decisions), longestBlockMs: delay.max / 1e6 };
}

function webOf(name: string): ElasticWebResource {
  const fields = { image: 'nginx', port: 80, podPort: 8080, singlePodQPS: SINGLE, autoscaling: { maxReplicas: 100 } };
  const validation = validateSpec(fields, name);
  if (validation.kind === 'invalid') throw new Error('the ElasticWeb of the bench is not valid');
  const metadata = { name, namespace: 'bench', uid: name, generation: 1 };
  return { ...validation.resource, metadata };
}
