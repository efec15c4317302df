/** What status keeps of the history for the next syncer, when it is written, and what becomes of nonsense in it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ScalingStatus } from '../../src/api/types.ts';
import { decide } from '../../src/scaling/decide.ts';
import { type History, NO_HISTORY } from '../../src/scaling/history.ts';
import { restoredHistory, savedHistory } from '../../src/scaling/memory.ts';
import { later, pass, restarted, type Run, runFrom } from './run.ts';
import { factsOf, load, NO_SERIES, NOW_MS, webOf } from './web.ts';

const at = (secondsAgo: number) => new Date(NOW_MS - secondsAgo * 1000).toISOString().replace('.000', '');
const found = { nowMs: NOW_MS, currentReplicas: 10, desiredReplicas: 10, wasActive: true };

const history: History = {
  ...NO_HISTORY,
  recommendations: [
    { atMs: NOW_MS - 120_000, replicas: 10 },
    { atMs: NOW_MS - 5000, replicas: 4 },
  ],
  events: [{ atMs: NOW_MS - 240_000, change: 6, podQps: 13.5 }],
  knownMs: NOW_MS - 5000,
  knownQps: 36.25,
};

test('memory: status says times in RFC 3339 and loads in thousandths', () => {
  assert.deepEqual(savedHistory(history, 'ScaleDownStabilized'), {
    observedMilliQPS: 36_250,
    observedTime: at(5),
    reason: 'ScaleDownStabilized',
    recommendations: [
      { time: at(120), replicas: 10 },
      { time: at(5), replicas: 4 },
    ],
    events: [{ time: at(240), change: 6, milliQPSPerPod: 13_500 }],
  });
});

test('memory: what was saved comes back', () => {
  const restored = restoredHistory(savedHistory(history, 'any'), found);

  assert.deepEqual(restored.recommendations, history.recommendations);
  assert.deepEqual(restored.events, history.events);
  assert.equal(restored.knownQps, history.knownQps);
});

test('memory: of an unknown load, it comes back since when, however long that is', () => {
  for (const secondsAgo of [5, 600, 7200]) {
    const saved = savedHistory({ ...history, knownMs: NOW_MS - secondsAgo * 1000 }, 'NoSeries');

    assert.equal(restoredHistory(saved, { ...found, wasActive: false }).knownMs, NOW_MS - secondsAgo * 1000);
  }
});

test('memory: a load that was known when the syncer ended is no old one, though nothing was written for hours', () => {
  const saved = savedHistory({ ...history, knownMs: NOW_MS - 7_200_000 }, 'DesiredWithinRange');
  const web = webOf({ fallback: { staleAfterSeconds: 300, replicas: 50 } });
  const first = decide(web, factsOf(10, { history: restoredHistory(saved, found) }));

  assert.deepEqual([first.replicas, first.reason], [10, 'NoSeries']);
});

test('memory: pods that no status has told of went now, or were always there', () => {
  const eventsFrom = (desiredReplicas: number) =>
    restoredHistory(savedHistory(history, 'any'), { ...found, desiredReplicas }).events;

  assert.deepEqual(eventsFrom(16), [...history.events, { atMs: NOW_MS, change: -6 }]);
  assert.deepEqual(eventsFrom(4), history.events);
});

test('memory: the largest load there is fits into status', () => {
  const saved = savedHistory({ ...history, knownQps: Number.MAX_VALUE }, 'any');

  assert.equal(saved.observedMilliQPS, Number.MAX_SAFE_INTEGER);
});

const nonsense: readonly { readonly name: string; readonly saved: ScalingStatus | undefined }[] = [
  { name: 'nothing', saved: undefined },
  { name: 'an empty one', saved: {} },
  {
    name: 'no times',
    saved: {
      observedTime: 'soon',
      recommendations: [{ time: 'yesterday', replicas: 1 }],
      events: [{ time: '', change: 9 }],
    },
  },
  {
    name: 'times long ago',
    saved: { recommendations: [{ time: at(7200), replicas: 1 }], events: [{ time: at(7200), change: 9 }] },
  },
  {
    name: 'times to come',
    saved: {
      observedTime: at(-3600),
      recommendations: [{ time: at(-3600), replicas: 1 }],
      events: [{ time: at(-3600), change: 9 }],
    },
  },
];

for (const { name, saved } of nonsense) {
  test(`memory: of ${name} in status nothing is taken, and the pods stay`, () => {
    const restored = restoredHistory(saved, { ...found, wasActive: false });
    const { replicas } = decide(webOf(), factsOf(10, { history: restored, reading: load(10) }));

    assert.deepEqual([restored.recommendations, restored.events, restored.knownMs], [[], [], undefined]);
    assert.equal(replicas, 10);
  });
}

test('memory: lists in disorder are put in order, and a clock that was a little ahead is put back', () => {
  const saved = {
    recommendations: [
      { time: at(-30), replicas: 7 },
      { time: at(10), replicas: 3 },
      { time: at(60), replicas: 9 },
    ],
  };

  assert.deepEqual(restoredHistory(saved, found).recommendations, [
    { atMs: NOW_MS - 60_000, replicas: 9 },
    { atMs: NOW_MS - 10_000, replicas: 3 },
    { atMs: NOW_MS, replicas: 7 },
  ]);
});

const text = fc.oneof(fc.string(), fc.integer({ min: -10_000, max: 10_000 }).map(at));
const anything = fc.record(
  {
    observedMilliQPS: fc.maxSafeNat(),
    observedTime: text,
    recommendations: fc.array(fc.record({ time: text, replicas: fc.nat(2 ** 31 - 1) }), { maxLength: 32 }),
    events: fc.array(fc.record({ time: text, change: fc.integer(), milliQPSPerPod: fc.maxSafeNat() }), {
      maxLength: 32,
    }),
  },
  { requiredKeys: [] },
);

test('memory: whatever is in status, the pods stay within the limits and no load is no reason to add any', () => {
  fc.assert(
    fc.property(anything, fc.boolean(), fc.nat({ max: 50 }), (saved, wasActive, desiredReplicas) => {
      const restored = restoredHistory(saved, { ...found, desiredReplicas, wasActive });
      const decision = decide(webOf({ maxReplicas: 20 }), factsOf(10, { history: restored, reading: load(50) }));

      assert.equal(decision.replicas, 10);
      assert.ok(decision.history.recommendations.length <= 32 && decision.history.events.length <= 33);
      assert.doesNotThrow(() => savedHistory(decision.history, 'any'));
    }),
  );
});

/** How often status is written in a time with one load, a pass every 5 s. */
function writesIn(seconds: number, run: Run, qps: number | undefined | ((second: number) => number), web = webOf()) {
  let after = run;
  for (let second = 0; second < seconds; second += 5) {
    const now = typeof qps === 'function' ? qps(second) : qps;
    after = pass(later(after, 5), web, { reading: now === undefined ? NO_SERIES : load(now) });
  }
  return { run: after, writes: after.writes - run.writes };
}

test('memory: at rest nothing is written for hours, neither with a known load nor with an unknown one', () => {
  const known = writesIn(5, runFrom(10), 100);

  assert.equal(known.writes, 1, 'the first status');
  assert.equal(writesIn(6 * 3600, known.run, 99).writes, 0);
  const unknown = writesIn(60, known.run, undefined);
  assert.equal(unknown.writes, 1, 'that it stays unknown is news');
  assert.equal(writesIn(6 * 3600, unknown.run, undefined).writes, 0);
});

test('memory: that pods wait to go is written once, and then that they go', () => {
  const { run } = writesIn(600, runFrom(10), 100);
  const pending = writesIn(290, run, 40);
  const down = writesIn(10, pending.run, 40);

  assert.equal(pending.writes, 1);
  assert.equal(pending.run.told?.limited?.reason, 'ScaleDownStabilized');
  assert.deepEqual([down.run.replicas, down.writes], [4, 1]);
  assert.equal(writesIn(3600, down.run, 40).writes, 0);
});

test('memory: of a load that goes up and down for hours, faster than pods may go, little is written', () => {
  for (const periodSeconds of [20, 60, 180, 400]) {
    const qps = (second: number) => (second % periodSeconds < periodSeconds / 2 ? 100 : 40);
    const { run } = writesIn(1200, runFrom(10), qps);
    const { writes } = writesIn(6 * 3600, run, qps);

    assert.equal(run.replicas, 10);
    assert.equal(writes, 0, `every ${periodSeconds} s`);
  }
});

test('memory: a load that is unknown for less than half a minute is not told', () => {
  const { run } = writesIn(600, runFrom(10), 100);
  const moment = writesIn(25, run, undefined);

  assert.equal(moment.writes, 0);
  assert.equal(writesIn(300, moment.run, 100).writes, 0, 'nor that it is known again');
  assert.equal(writesIn(60, moment.run, undefined).writes, 1, 'but one that stays unknown is');
});

const atRest = [
  { name: 'an idle one at minReplicas', web: webOf({ minReplicas: 3 }), pods: 3, qps: () => 0 },
  {
    name: 'one at minReplicas with a request now and then',
    web: webOf(),
    pods: 1,
    qps: (s: number) => (s % 60 ? 0 : 3),
  },
  { name: 'one that is only observed', web: webOf({ mode: 'Observe' }), pods: 10, qps: () => 40 },
  {
    name: 'one that may not scale down',
    web: webOf({ behavior: { scaleDown: { selectPolicy: 'Disabled' } } }),
    ...{ pods: 10, qps: () => 40 },
  },
];

for (const { name, web, pods, qps } of atRest) {
  test(`memory: of ${name}, nothing is written for hours after the first window`, () => {
    const { run } = writesIn(600, runFrom(pods), qps, web);

    assert.equal(run.replicas, pods);
    assert.equal(writesIn(6 * 3600, run, qps, web).writes, 0);
  });
}

test('memory: a syncer that comes back over a world at rest writes nothing', () => {
  const { run } = writesIn(600, runFrom(10), 100);

  assert.equal(writesIn(3600, restarted(later(run, 3600)), 100).writes, 0);
});
