/** The syncer at work: copies of the world, a queue of ElasticWebs that want a pass, and workers that make it. */

import { type Clock, systemClock } from '../kube/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound, KubeError } from '../kube/errors.ts';
import { WorkQueue } from '../kube/queue.ts';
import { Cache } from './cache.ts';
import { ELASTIC_WEB } from './kinds.ts';
import type { Log } from './log.ts';
import { reconcile } from './reconcile.ts';

export interface SyncerOptions {
  readonly client: KubeClient;
  readonly log: Log;
  /** The namespaces whose ElasticWebs are kept; empty: all. */
  readonly namespaces: readonly string[];
  /** Label selector of the ElasticWebs that are kept. */
  readonly selector: string | undefined;
  /** How many ElasticWebs are worked on at the same time. */
  readonly workers: number;
  readonly allowedServiceTypes: readonly string[];
  readonly maxReplicas: number;
  readonly clock?: Clock;
}

/** Every ElasticWeb gets a pass this often, whatever the watches say: what a watch lost is healed then. */
const RESYNC_MS = 10 * 60_000;

/** Keeps the ElasticWebs until the signal aborts; then finishes the passes in hand and returns. */
export async function runSyncer(options: SyncerOptions, signal: AbortSignal): Promise<void> {
  const { client, log, clock = systemClock } = options;
  const queue = new WorkQueue({ clock });
  /** ElasticWebs whose node port is taken. Another Service may have it, and let go of it at any time. */
  const waitingForPort = new Set<string>();
  const cache = new Cache({
    client,
    namespaces: options.namespaces,
    selector: options.selector,
    wake: (key) => {
      queue.add(key);
    },
    portFreed: () => {
      for (const key of waitingForPort) queue.add(key);
    },
    onError: (kind, error) => {
      // The API server knows no such kind: that needs a person, and ends by itself once the CRD is there.
      const hint = kind === ELASTIC_WEB.kind && isNotFound(error) ? 'is the CRD installed? kubectl get crd' : undefined;
      log.warn('watch failed', { kind, error: describe(error), hint });
    },
  });
  const context = {
    client,
    cache,
    log,
    allowedServiceTypes: options.allowedServiceTypes,
    maxReplicas: options.maxReplicas,
    now: () => new Date(),
  };
  const work = {
    workers: options.workers,
    async process(key: string): Promise<void> {
      const next = await reconcile(context, key, queue.failures(key));
      if (next.kind === 'retry' && next.reason === 'NodePortConflict') waitingForPort.add(key);
      else waitingForPort.delete(key);
      if (next.kind === 'retry') {
        queue.retry(key);
        return;
      }
      queue.forget(key);
      if (next.kind === 'again') queue.addAfter(key, next.afterMs);
    },
    onError(key: string, error: unknown): void {
      const { stack } = error instanceof Error && !(error instanceof KubeError) ? error : {};
      log.error('pass failed, tried again', { elasticweb: key, error: describe(error), stack });
    },
  };

  const copies = cache.run(signal);
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  // Before everything has been listed, what is there would look absent.
  await Promise.race([cache.synced(), stopped]);
  if (!signal.aborted) log.info('watching', { elasticwebs: cache.webs.keys().length });
  const stopResync = every(clock, RESYNC_MS, () => {
    for (const key of cache.webs.keys()) queue.add(key);
  });
  await queue.run(work, signal);
  stopResync();
  await copies;
}

function every(clock: Clock, intervalMs: number, task: () => void): () => void {
  let cancel = clock.schedule(intervalMs, tick);
  function tick(): void {
    task();
    cancel = clock.schedule(intervalMs, tick);
  }
  return () => {
    cancel();
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
