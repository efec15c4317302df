/** What a simulated cluster does with what an autoscaler decides, and how the run is summed up. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pods } from '../../../src/cli/simulation/pods.ts';
import {
  type Autoscaler,
  type Moment,
  replay,
  type ReplayOptions,
  tickCount,
} from '../../../src/cli/simulation/replay.ts';

import { podsFor } from '../../../src/scaling/recommend.ts';
import { Trace } from '../../../src/cli/simulation/trace.ts';

/** A trace of these loads, a row each at these seconds. */
function trace(...rows: (readonly [seconds: number, qps: number | undefined])[]): Trace {
  return new Trace(rows.map(([seconds, qps]) => ({ seconds, qps, fastQps: undefined })));
}

const options = { singlePodQPS: 100, initialReplicas: 1, intervalSeconds: 15, readyDelaySeconds: 0 };

/** As many pods as the load needs, and no change while it is unknown. */
const exact: Autoscaler<undefined> = {
  start: undefined,
  decide({ reading, replicas }) {
    const qps = reading.kind === 'measured' ? reading.stableQps : undefined;
    const wanted = qps === undefined ? replicas : podsFor(qps, 100);
    return { replicas: wanted, reason: qps === undefined ? 'Unknown' : 'Exact', memory: undefined };
  },
};
const never: Autoscaler<undefined> = {
  start: undefined,
  decide: ({ replicas }) => ({ replicas, reason: 'Never', memory: undefined }),
};

test('ticks go from the first row to the last, one an interval, and a row holds until the next', () => {
  const { ticks } = replay(exact, { ...options, trace: trace([5, 50], [21, 250], [36, 90]) });
  assert.deepEqual(
    ticks.map(({ seconds, qps, replicas, capacity, reason }) => [seconds, qps, replicas, capacity, reason]),
    [
      [5, 50, 1, 100, 'Exact'],
      [20, 50, 1, 100, 'Exact'],
      [35, 250, 3, 300, 'Exact'],
    ],
  );
});

for (const { name, rows, interval, count } of [
  { name: 'one row', rows: [[7, 1]], interval: 15, count: 1 },
  { name: 'the last row on a tick', rows: [[0, 1], [30, 1]], interval: 15, count: 3 }, // prettier-ignore
  { name: 'the last row before a tick', rows: [[0, 1], [29.9, 1]], interval: 15, count: 2 }, // prettier-ignore
  { name: 'a span that floating point makes a little too short', rows: [[0, 1], [0.3, 1]], interval: 0.1, count: 4 }, // prettier-ignore
] as const) {
  test(`the number of ticks: ${name}`, () => {
    const made = trace(...rows);
    assert.equal(tickCount(made, interval), count);
    assert.equal(replay(never, { ...options, trace: made, intervalSeconds: interval }).ticks.length, count);
  });
}

test('an autoscaler is told what is and what was, and gets its memory back', () => {
  const moments: Moment[] = [];
  const growing: Autoscaler<number> = {
    start: 1,
    decide(moment, memory) {
      moments.push(moment);
      return { replicas: memory * 2, reason: 'Growing', memory: memory * 2 };
    },
  };
  replay(growing, { ...options, readyDelaySeconds: 20, trace: trace([0, 1], [15, undefined], [45, 3]) });
  assert.deepEqual(
    moments.map(({ nowMs, reading, replicas, readyReplicas }) => [
      nowMs - (moments[0]?.nowMs ?? 0),
      reading.kind,
      replicas,
      readyReplicas,
    ]),
    [
      [0, 'measured', 1, 1],
      [15_000, 'unknown', 2, 1],
      [30_000, 'unknown', 4, 2],
      [45_000, 'measured', 8, 4],
    ],
  );
});

test('a step up: the pods that are missing until new ones are ready are counted to the second', () => {
  const { summary } = replay(exact, {
    ...options,
    readyDelaySeconds: 20,
    trace: trace([0, 100], [40, 500], [100, 500]),
  });
  // From 40 s, when 5 pods are needed, to 45 s, the next tick, and 20 s more: 25 s with 4 pods too few.
  assert.deepEqual(summary, {
    seconds: 100,
    podHours: (45 * 1 + 55 * 5) / 3600,
    underCapacitySeconds: 25,
    missingPodSeconds: 100,
    // For the pods that are starting, too: they are there, and needed.
    surplusPodSeconds: 0,
    unknownSeconds: 0,
    scaleUps: 1,
    scaleDowns: 0,
    peakPods: 5,
  });
});

test('a step down: what is too much until the next tick is surplus', () => {
  const { summary } = replay(exact, { ...options, initialReplicas: 5, trace: trace([0, 500], [20, 100], [60, 100]) });
  assert.equal(summary.surplusPodSeconds, 4 * 10);
  assert.equal(summary.missingPodSeconds, 0);
  assert.deepEqual([summary.scaleUps, summary.scaleDowns, summary.peakPods], [0, 1, 5]);
});

test('where the load is unknown, nothing is missing and nothing is too much', () => {
  const { summary } = replay(never, { ...options, trace: trace([0, 300], [10, undefined], [40, 100], [50, 100]) });
  assert.equal(summary.unknownSeconds, 30);
  assert.equal(summary.missingPodSeconds, 2 * 10);
  assert.equal(summary.underCapacitySeconds, 10);
  assert.equal(summary.surplusPodSeconds, 0);
});

test('pods that go are first those that are not ready, the youngest of them first', () => {
  const pods = Pods.running(2).scaled(5, 30).scaled(6, 45);
  assert.deepEqual([pods.count, pods.ready, pods.nextReadySeconds], [6, 2, 30]);
  const fewer = pods.scaled(4, 60);
  assert.deepEqual([fewer.count, fewer.ready, fewer.nextReadySeconds], [4, 2, 30]);
  assert.deepEqual([fewer.at(29).ready, fewer.at(30).ready, fewer.at(30).nextReadySeconds], [2, 4, Infinity]);
  assert.deepEqual([pods.scaled(1, 60).ready, pods.scaled(1, 60).count], [1, 1]);
  assert.deepEqual([pods.scaled(0, 60).ready, pods.scaled(0, 60).count], [0, 0]);
});

test('the summary is what counting second by second gives', () => {
  const rows = fc
    .array(
      fc.record({
        step: fc.integer({ min: 1, max: 40 }),
        qps: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
      }),
      { minLength: 2, maxLength: 12 },
    )
    .map((steps) => {
      let seconds = 0;
      return steps.map(({ step, qps }) => [(seconds += step), qps] as const);
    });
  const delays = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(rows, delays, fc.integer({ min: 1, max: 30 }), (made, readyDelaySeconds, intervalSeconds) => {
      const run: ReplayOptions = { ...options, trace: trace(...made), readyDelaySeconds, intervalSeconds };
      const { ticks, summary } = replay(exact, run);
      const [first, last] = [made[0]?.[0] ?? 0, made.at(-1)?.[0] ?? 0];
      /** When each pod that there is became, or becomes, ready. */
      let pods: number[] = [0];
      const counted = { podSeconds: 0, missing: 0, surplus: 0, under: 0, unknown: 0 };
      for (let second = first; second < last; second += 1) {
        const tick = ticks.find(({ seconds }) => seconds === second);
        if (tick !== undefined) {
          while (pods.length < tick.replicas) pods.push(second + readyDelaySeconds);
          pods = pods.slice(0, tick.replicas);
        }
        const qps = made.findLast(([seconds]) => seconds <= second)?.[1];
        const ready = pods.filter((readyAt) => readyAt <= second).length;
        counted.podSeconds += pods.length;
        if (qps === undefined) counted.unknown += 1;
        else {
          counted.missing += Math.max(0, Math.ceil(qps / 100) - ready);
          counted.surplus += Math.max(0, pods.length - Math.ceil(qps / 100));
          counted.under += Math.ceil(qps / 100) > ready ? 1 : 0;
        }
      }
      assert.deepEqual(
        {
          podSeconds: Math.round(summary.podHours * 3600),
          missing: summary.missingPodSeconds,
          surplus: summary.surplusPodSeconds,
          under: summary.underCapacitySeconds,
          unknown: summary.unknownSeconds,
        },
        counted,
      );
      assert.equal(summary.seconds, last - first);
    }),
  );
});
