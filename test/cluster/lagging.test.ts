/** What the syncer does while one of its watches is late: nothing that it would have to regret. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Autoscaler } from '../../src/syncer/autoscaler.ts';
import { Cache } from '../../src/syncer/cache.ts';
import { Contention } from '../../src/syncer/contention.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { Pace } from '../../src/syncer/pace.ts';
import type { PassContext } from '../../src/syncer/pass.ts';
import { reconcile } from '../../src/syncer/reconcile.ts';
import { Repairs } from '../../src/syncer/repairs.ts';
import { Report } from '../../src/syncer/report.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { useWorld } from './world.ts';

const world = await useWorld();
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

interface Passes {
  readonly context: PassContext;
  /** Stops a watch; the local copies stay as they are. */
  readonly freeze: (kind: 'webs' | 'deployments' | 'services') => Promise<void>;
}

/** Passes made by hand, over local copies of which one kind can be frozen: as if its connection had gone dead. */
async function passes(): Promise<Passes> {
  const cache = new Cache({
    client: world.client,
    namespaces: [world.namespace],
    selector: OWN_SYNCER_LABEL,
    wake: silent,
    portFreed: silent,
    onError: silent,
  });
  const kinds = ['webs', 'deployments', 'services'] as const;
  const running = kinds.map((kind) => {
    const stop = new AbortController();
    return { kind, stop, done: cache[kind].run(stop.signal) };
  });
  const freeze = async (which: string) => {
    for (const { kind, stop, done } of running) {
      if (kind !== which) continue;
      stop.abort();
      await done;
    }
  };
  after(async () => {
    for (const kind of kinds) await freeze(kind);
  });
  await cache.synced();
  const context = {
    client: world.client,
    cache,
    report: new Report({ log, events: { record: silent }, counts: { applied: silent, panicked: silent } }),
    pace: new Pace(),
    repairs: new Repairs(),
    autoscaler: new Autoscaler({
      ...{ reader: undefined, cache, stableWindowMs: 60_000, maxReplicas: 10, wake: silent },
      nowMs: () => Date.now(),
    }),
    contention: new Contention(),
    allowedServiceTypes: ['ClusterIP'],
    reservedLabels: [],
    now: () => new Date(),
  };
  return { context, freeze };
}

/** An ElasticWeb that serves, and that the common syncer leaves alone from then on. */
async function createOwn(name: string): Promise<string> {
  await world.create(name, { totalQPS: 0 });
  await world.ready(name);
  await world.patch(ELASTIC_WEB, name, { metadata: { labels: { [OWN_SYNCER_LABEL]: 'lagging' } } });
  return `${world.namespace}/${name}`;
}

test('a deleted ElasticWeb of which the syncer has not heard does not get its children back', async () => {
  const key = await createOwn('gone');
  const { context, freeze } = await passes();
  await freeze('webs');
  await world.kubectl('delete', 'ew', 'gone');
  await world.untilGone(DEPLOYMENT, 'gone');
  await world.untilGone(SERVICE, 'gone');
  assert.ok(context.cache.webs.get(key), 'the copy is late');

  assert.deepEqual(await reconcile(context, key), { kind: 'done' });

  assert.equal(await world.deployment('gone'), undefined);
  assert.equal(context.cache.webs.get(key), undefined, 'and has learnt');
});

test('a child that was deleted behind a late watch is made anew by the next pass but one', async () => {
  const key = await createOwn('late');
  const { context, freeze } = await passes();
  await freeze('deployments');
  await world.kubectl('delete', 'deployment', 'late');
  await world.change('late', { image: 'nginx:1.30' });
  await world.until(ELASTIC_WEB, 'late', () => context.cache.webs.get(key)?.spec.image === 'nginx:1.30');

  assert.equal((await reconcile(context, key)).kind, 'retry');
  await reconcile(context, key);

  assert.ok(await world.deployment('late'));
});
