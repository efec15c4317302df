/** How fast full pods get help: their counters show what they serve, not what is asked of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Autoscaling } from '../../src/api/types.ts';
import { later, pass, type Run, runFrom } from './run.ts';
import { decide } from '../../src/scaling/decide.ts';
import { NO_HISTORY, withScaling } from '../../src/scaling/history.ts';
import { EXTERNAL, factsOf, load, NOW_MS, webOf } from './web.ts';

const SINGLE = 10;
const TICK_SECONDS = 5;

interface World {
  /** Pods at the start. */
  readonly from: number;
  /** Requests per second that are asked for, by the second. */
  readonly demand: (second: number) => number;
  /** What a pod serves at most, in requests per second; the spec asks for 10. */
  readonly most: number;
  readonly readyAfterSeconds?: number;
  readonly showsAfterSeconds?: number;
  readonly autoscaling?: Partial<Autoscaling>;
  readonly seconds?: number;
}

interface Moment {
  readonly second: number;
  readonly pods: number;
  readonly reason: string | undefined;
}

/** A pass every 5 s. Pods get their share of the load when they are ready, and show it a little later. */
function follow({
  from,
  demand,
  most,
  readyAfterSeconds = 5,
  showsAfterSeconds = 10,
  autoscaling,
  seconds = 180,
}: World): Moment[] {
  const web = webOf(autoscaling, { singlePodQPS: SINGLE });
  const moments: Moment[] = [];
  let run: Run = runFrom(from);
  /** When the pods came; the newest go first. */
  let bornAt: number[] = Array.from({ length: from }, () => -3600);
  for (let second = 0; second <= seconds; second += TICK_SECONDS) {
    const olderThan = (age: number) => bornAt.filter((at) => second - at >= age).length;
    const [ready, showing] = [olderThan(readyAfterSeconds), olderThan(showsAfterSeconds)];
    const served = Math.min(most, demand(second) / ready);
    const targets = { covered: olderThan(60), seen: showing, fast: showing };
    const isExternal = autoscaling?.metric?.type === 'External';
    const reading = isExternal
      ? load(demand(second), { covered: 2, seen: 2, fast: 2 })
      : load(served * showing, targets);
    run = pass(later(run, TICK_SECONDS), web, { reading, readyReplicas: ready });
    const born = Array.from({ length: Math.max(0, run.replicas - bornAt.length) }, () => second);
    bornAt = [...bornAt, ...born].slice(0, run.replicas);
    moments.push({ second, pods: run.replicas, reason: run.decision?.reason });
  }
  return moments;
}

const most = (moments: readonly Moment[]) => Math.max(...moments.map(({ pods }) => pods));
const until = (moments: readonly Moment[], need: number) =>
  moments.find(({ pods }) => pods >= need)?.second ?? Infinity;
const lastStep = (moments: readonly Moment[]) =>
  moments.findLast(({ pods }, i) => pods !== moments[i - 1]?.pods)?.second ?? 0;

test('saturation: from 100 QPS to 500, with pods that serve at most 13 where 10 are asked for', () => {
  const moments = follow({ from: 10, demand: () => 500, most: 13 });

  assert.ok(until(moments, 50) <= 60, `the need is met after ${until(moments, 50)} s`);
  assert.ok(most(moments) <= 75, `${most(moments)} pods`);
  assert.ok(lastStep(moments) <= 60, `no step after ${lastStep(moments)} s`);
});

test('saturation: without it, the same takes longer', () => {
  const world = { from: 10, demand: () => 500, most: 13, showsAfterSeconds: 35 };
  const moments = follow({ ...world, autoscaling: { saturation: false }, seconds: 600 });

  assert.ok(until(moments, 50) > until(follow({ ...world, seconds: 600 }), 50), `${until(moments, 50)} s`);
  assert.ok(moments.every(({ reason }) => reason !== 'Saturated'));
});

test('saturation: pods that serve hardly more than they should get there too', () => {
  const moments = follow({ from: 10, demand: () => 500, most: 11.5 });

  assert.ok(until(moments, 50) <= 120, `${until(moments, 50)} s`);
  assert.ok(most(moments) <= 75, `${most(moments)} pods`);
});

const worlds = fc.record({
  need: fc.integer({ min: 12, max: 500 }),
  most: fc.double({ min: 11.5, max: 20, noNaN: true }),
  readyAfterSeconds: fc.constantFrom(0, 5, 10, 30),
  lagSeconds: fc.constantFrom(0, 5, 10, 30),
});

test('saturation: whatever pods serve at most, the need is met, and never more than half as much again', () => {
  fc.assert(
    fc.property(worlds, ({ need, most: mostQps, readyAfterSeconds, lagSeconds }) => {
      const showsAfterSeconds = readyAfterSeconds + lagSeconds;
      const world = { from: 10, demand: () => need * SINGLE, most: mostQps, readyAfterSeconds, showsAfterSeconds };
      const moments = follow({ ...world, seconds: 1200 });

      assert.ok(until(moments, need) < Infinity, `only ${most(moments)} pods`);
      assert.ok(most(moments) <= 1.5 * need, `${most(moments)} pods`);
      assert.ok(
        lastStep(moments.filter(({ second }) => second < until(moments, need) + 300)) <=
          until(moments, need) + showsAfterSeconds + 5,
      );
    }),
    { numRuns: 50 },
  );
});

test('saturation: where the counters show the whole load, it is followed and no more', () => {
  fc.assert(
    fc.property(worlds, fc.boolean(), ({ need, readyAfterSeconds, lagSeconds }, isExternal) => {
      const moments = follow({
        ...{ from: 10, demand: () => need * SINGLE, most: Infinity },
        ...{ readyAfterSeconds, showsAfterSeconds: readyAfterSeconds + lagSeconds },
        ...(isExternal && { autoscaling: { metric: EXTERNAL } }),
      });

      assert.equal(most(moments), need);
      assert.ok(moments.every(({ reason }) => reason !== 'Saturated'));
    }),
    { numRuns: 100 },
  );
});

test('saturation: a load that rises again and again, all of it shown, is followed and no more', () => {
  for (const metric of [undefined, EXTERNAL]) {
    const demand = (second: number) => Math.min(500, 100 + 50 * Math.floor(second / 30));
    const autoscaling = metric && { metric };
    const moments = follow({ from: 10, demand, most: Infinity, seconds: 600, ...(autoscaling && { autoscaling }) });

    assert.ok(moments.every(({ second, pods }) => pods === demand(second) / SINGLE));
  }
});

test('saturation: a load that rises before the last pods show theirs looks like full pods, and gets less than half as much again', () => {
  const demand = (second: number) => Math.min(2000, 100 + 3 * second);
  const moments = follow({ from: 10, demand, most: Infinity, seconds: 600 });

  assert.ok(moments.every(({ second, pods }) => pods <= (1.5 * demand(second)) / SINGLE));
});

test('saturation: pods that carry less after each step are not full', () => {
  const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 15, periodSeconds: 15 }] } } as const;
  const moments = follow({ from: 10, demand: () => 500, most: Infinity, autoscaling: { behavior } });

  assert.equal(most(moments), 50, '50 QPS a pod, then 20, then 12.5');
});

test('saturation: a policy that lets pods come slowly makes no load larger than it is', () => {
  const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 5, periodSeconds: 15 }] } } as const;
  const moments = follow({ from: 100, demand: () => 3000, most: Infinity, seconds: 900, autoscaling: { behavior } });

  assert.equal(most(moments), 300);
});

/** Pods that come one after the other: at each tick some were added before those of the last tick show their load. */
function addedAtEachTick(podQps: number): ReturnType<typeof decide> {
  let history = NO_HISTORY;
  for (const [secondsAgo, from, to, before] of [
    [15, 10, 11, 12.6],
    [10, 11, 13, 12.8],
    [5, 13, 15, 13],
  ] as const) {
    history = withScaling(history, { atMs: NOW_MS - secondsAgo * 1000, from, to, podQps: before });
  }
  const targets = { covered: 10, seen: 12, fast: 12 };
  return decide(webOf(), factsOf(15, { readyReplicas: 13, history, reading: load(12 * podQps, targets) }));
}

test('saturation: pods that are added faster than they show are full if those that show are', () => {
  const { replicas, reason } = addedAtEachTick(13);
  assert.deepEqual([replicas, reason], [22, 'Saturated'], '12 pods show 156 QPS, that is 16 pods, and 1.4 times that');
});

test('saturation: pods that show much more than before are not full, they are just loaded', () => {
  const { replicas, reason } = addedAtEachTick(26);
  assert.deepEqual([replicas, reason], [32, 'DesiredWithinRange']);
});
