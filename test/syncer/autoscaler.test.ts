/** Ticks and passes together: what is asked for, what wakes an ElasticWeb, what is remembered. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadTarget } from '../../src/prometheus/source.ts';
import { type Reading, unknown } from '../../src/scaling/reading.ts';
import { Autoscaler } from '../../src/syncer/autoscaler.ts';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';
import { rfc3339 } from '../../src/api/time.ts';
import { spec, UID, web } from './objects.ts';

const START = Date.parse('2026-01-02T03:04:05Z');
const SCALED = { singlePodQPS: 10, autoscaling: { maxReplicas: 100 } };

const qps = (load: number, pods = 100): Reading => ({
  kind: 'measured',
  stableQps: load,
  fastQps: load,
  targets: { covered: pods, seen: pods, fast: pods },
});

/** An Autoscaler over one ElasticWeb `shop` with so many pods, all of them ready. */
function start(reading: Reading, pods = 10, object: ElasticWebResource = web(undefined, SCALED)) {
  const world = {
    nowMs: START,
    reading,
    pods,
    object: object as ElasticWebResource | undefined,
    asked: [] as LoadTarget[][],
    woken: 0,
  };
  const autoscaler = new Autoscaler({
    reader: {
      async *read(targets) {
        world.asked.push([...targets]);
        yield await Promise.resolve(new Map(targets.map(({ key }) => [key, world.reading])));
      },
    },
    cache: {
      webs: { get: () => world.object },
      deployments: { glance: () => ({ replicas: world.pods, ready: world.pods, owner: UID }) },
    },
    stableWindowMs: 60_000,
    maxReplicas: 1000,
    nowMs: () => world.nowMs,
    wake: () => {
      world.woken += 1;
    },
  });
  const pass = (fields: object = SCALED) =>
    autoscaler.decide(object, spec(fields), { currentReplicas: world.pods, readyReplicas: world.pods });
  const tick = () => autoscaler.tick(new AbortController().signal);
  return { world, autoscaler, pass, tick };
}

/** The status that a pass would have written. */
const told = (reason: string, status: 'True' | 'False'): ElasticWebResource =>
  web(
    {
      scaling: { reason: '', recommendations: [], events: [] },
      conditions: [
        { type: 'ScalingActive', status, reason, message: '', lastTransitionTime: rfc3339(new Date(START)) },
        { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange', message: '', lastTransitionTime: '' },
      ],
    },
    SCALED,
  );

test('a pass before the first tick holds the number that there is', () => {
  const { pass } = start(qps(500));
  const decision = pass();
  assert.equal(decision.replicas, 10);
  assert.equal(decision.active?.reason, 'NotReadYet');
});

test('a tick wakes an ElasticWeb whose number changes, and the pass then gives it', async () => {
  const { world, pass, tick } = start(qps(500));
  pass();
  await tick();
  assert.equal(world.woken, 1);
  assert.equal(pass().replicas, 50);
});

test('a tick over an unchanged world wakes nobody', async () => {
  const object = told('ValidMetricFound', 'True');
  const { world, pass, tick } = start(qps(100), 10, object);
  pass();
  for (let i = 0; i < 10; i++) {
    world.nowMs += 5_000;
    await tick();
  }
  assert.equal(world.woken, 0);
});

test('a tick tells that pods are kept for a while once that has lasted for 30 s, and not at each tick of a restless load', async () => {
  const object = told('ValidMetricFound', 'True');
  const { world, pass, tick } = start(qps(100), 10, object);
  pass();
  const ticks = async (count: number, ...loads: readonly number[]) => {
    const before = world.woken;
    for (let i = 0; i < count; i++) {
      world.nowMs += 5_000;
      world.reading = qps(loads[i % loads.length] ?? 0);
      await tick();
    }
    return world.woken - before;
  };
  assert.equal(await ticks(40, 100, 60, 40, 100), 0, 'up and down');
  assert.equal(await ticks(6, 40), 0, 'down for less than 30 s');
  assert.equal(await ticks(1, 40), 1, 'and for 30 s');
  assert.equal(pass(SCALED).limited?.reason, 'ScaleDownStabilized');
});

test('a tick wakes an ElasticWeb whose load is not known any more', async () => {
  const { world, pass, tick } = start(unknown('NoSeries', 'gone'), 10, told('ValidMetricFound', 'True'));
  pass();
  await tick();
  assert.equal(world.woken, 1);
  assert.deepEqual([pass().replicas, pass().active?.reason], [10, 'NoSeries']);
});

test('an ElasticWeb whose turn to be read has not come keeps its pods, what is told of it, and the time of its last reading', async () => {
  const { world, autoscaler, pass, tick } = start(qps(100), 10, told('ValidMetricFound', 'True'));
  const object = world.object;
  assert.ok(object);
  const fallback = { ...SCALED, autoscaling: { ...SCALED.autoscaling, fallback: { replicas: 30 } } };
  pass(fallback);
  await tick();
  const readMs = world.nowMs;
  world.reading = unknown('NotReadYet', 'its turn comes');
  for (let i = 0; i < 100; i++) {
    world.nowMs += 5_000;
    await tick();
  }
  assert.equal(world.woken, 0);
  const decision = pass(fallback);
  assert.deepEqual([decision.replicas, decision.isProvisional], [10, true]);
  assert.equal(autoscaler.view(object)?.readMs, readMs);
  world.reading = qps(200);
  await tick();
  assert.deepEqual([world.woken, pass(fallback).replicas], [1, 20]);
});

test('the load of pods is asked for by the Service that has their metrics port', async () => {
  const { world, pass, tick } = start(qps(0));
  pass();
  await tick();
  pass({ ...SCALED, mtargetPort: 9090 });
  await tick();
  assert.deepEqual(
    world.asked.map(([target]) => [target?.namespace, target?.name]),
    [
      ['test', 'shop'],
      ['test', 'shop-metrics'],
    ],
  );
});

test('nothing is asked for where the number is set by hand, declared, suspended or gone', async () => {
  const { world, autoscaler, pass, tick } = start(qps(500));
  pass({ ...SCALED, replicas: 3 });
  await tick();
  pass({ singlePodQPS: 10, totalQPS: 100 });
  await tick();
  pass();
  autoscaler.forget('test/shop');
  await tick();
  pass();
  world.object = undefined;
  await tick();
  assert.deepEqual(world.asked, []);
});

test('an ElasticWeb of the same name is another one, and inherits nothing', async () => {
  const { world, pass, tick, autoscaler } = start(qps(500));
  pass();
  await tick();
  world.object = web(undefined, SCALED);
  const successor: ElasticWebResource = { ...world.object, metadata: { ...world.object.metadata, uid: 'another' } };
  assert.equal(
    autoscaler.decide(successor, spec(SCALED), { currentReplicas: 10, readyReplicas: 10 }).active?.reason,
    'NotReadYet',
  );
});

test('a reading of another metric is not taken for the new one', async () => {
  const { pass, tick } = start(qps(500));
  pass();
  await tick();
  const renamed = { ...SCALED, autoscaling: { maxReplicas: 100, metric: { name: 'other_total' } } };
  assert.equal(pass(renamed).active?.reason, 'NotReadYet');
});

test('without Prometheus every load is unknown, and the number stays', () => {
  const { world } = start(qps(0));
  const autoscaler = new Autoscaler({
    ...{ reader: undefined, stableWindowMs: 60_000, maxReplicas: 1000, wake: () => undefined },
    cache: { webs: { get: () => world.object }, deployments: { glance: () => undefined } },
    nowMs: () => START,
  });
  const decision = autoscaler.decide(web(undefined, SCALED), spec(SCALED), { currentReplicas: 7, readyReplicas: 7 });
  assert.deepEqual([decision.replicas, decision.active?.reason], [7, 'NoMetricsSource']);
});

test('a syncer that starts at peak does not take pods away before it has watched for a window', async () => {
  const { world, pass, tick } = start(qps(100), 50, web(undefined, { singlePodQPS: 10, autoscaling: DOWN_AT_ONCE }));
  const fields = { singlePodQPS: 10, autoscaling: DOWN_AT_ONCE };
  pass(fields);
  await tick();
  assert.deepEqual([pass(fields).replicas, pass(fields).reason], [50, 'JustStarted']);
  world.nowMs += 61_000;
  await tick();
  assert.equal(pass(fields).replicas, 10);
});

const DOWN_AT_ONCE = { maxReplicas: 100, behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } };

test('a change of the number is remembered, with what a pod carried then', async () => {
  const { autoscaler, pass, tick, world } = start(qps(130, 10));
  pass();
  await tick();
  pass();
  autoscaler.scaled(web(undefined, SCALED), 10, 13);
  assert.deepEqual(autoscaler.memoryOf(web(undefined, SCALED))?.history.events.at(-1), {
    atMs: world.nowMs,
    change: 3,
    podQps: 13,
  });
});

const FALLBACK = {
  singlePodQPS: 10,
  autoscaling: { maxReplicas: 100, fallback: { staleAfterSeconds: 60, replicas: 40 } },
};

test('a number that was set by hand for long and is handed back is no load that was unknown for long', async () => {
  const { world, pass, tick } = start(unknown('SourceUnreachable', 'down'), 10, web(undefined, FALLBACK));
  pass(FALLBACK);
  pass({ ...FALLBACK, replicas: 10 });
  world.nowMs += 3_600_000;
  assert.equal(pass(FALLBACK).replicas, 10, 'nobody has asked yet');
  await tick();
  assert.equal(pass(FALLBACK).replicas, 10, 'the first answer');
  world.nowMs += 61_000;
  await tick();
  assert.deepEqual([pass(FALLBACK).replicas, pass(FALLBACK).reason], [40, 'Fallback'], 'and then it is');
});

test('pods of a former owner are not taken away by the first reading after they were handed over', async () => {
  const { world, pass, tick, autoscaler } = start(qps(100), 50);
  autoscaler.decide(web(undefined, SCALED), spec(SCALED), { currentReplicas: undefined, readyReplicas: 0 });
  await tick();
  assert.deepEqual([pass().replicas, pass().reason], [50, 'ScaleDownStabilized']);
  for (let second = 0; second < 300; second += 5) {
    world.nowMs += 5_000;
    await tick();
  }
  assert.equal(pass().replicas, 10);
});

test('a Deployment that somebody deleted while the load is unknown comes back with the pods that it had', () => {
  const status = { desiredReplicas: 50, conditions: told('ValidMetricFound', 'True').status?.conditions ?? [] };
  const [active] = status.conditions;
  assert.ok(active);
  const had = web({ ...status, conditions: [{ ...active, type: 'DeploymentReady' }, active] }, SCALED);
  const { autoscaler } = start(unknown('SourceUnreachable', 'down'), 50, had);
  assert.equal(autoscaler.decide(had, spec(SCALED), { currentReplicas: undefined, readyReplicas: 0 }).replicas, 50);
  assert.equal(
    autoscaler.decide(had, spec(SCALED), { currentReplicas: 2, readyReplicas: 2 }).replicas,
    50,
    'and one that was scaled down by hand gets them back',
  );
});

test('a tick tells that a load has jumped, for which pods are added, and no more when they are there', async () => {
  const { world, pass, tick } = start(qps(160));
  pass();
  assert.equal(await tick(), true);
  world.pods = 16;
  assert.equal(await tick(), false);
  world.reading = qps(230);
  assert.equal(await tick(), false, 'less than half as much again');
  world.pods = 2;
  world.reading = qps(40);
  assert.equal(await tick(), false, 'nor is one of a few pods worth it');
  world.pods = 16;
  world.reading = qps(2000);
  assert.equal(await tick(), true);
  world.pods = 100;
  assert.equal(await tick(), false, 'maxReplicas allows no more');
});
