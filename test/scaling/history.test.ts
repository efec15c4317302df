/** What scaling remembers: never more than it may, and all that keeps pods. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitRate, ratesOf, stabilize } from '../../src/scaling/behavior.ts';
import {
  type History,
  NO_HISTORY,
  type Recommendation,
  wholeSecond,
  withRecommendation,
  withScaling,
} from '../../src/scaling/history.ts';
import { NOW_MS } from './web.ts';

/** Recommendations in the order in which they are made, at times that are seldom whole seconds. */
const recommendations = (maxLength: number) =>
  fc
    .array(fc.record({ afterMs: fc.integer({ min: 0, max: 12_000 }), replicas: fc.integer({ min: 0, max: 60 }) }), {
      minLength: 1,
      maxLength,
    })
    .map((list) => {
      let atMs = NOW_MS;
      return list.map(({ afterMs, replicas }) => ({ atMs: (atMs += afterMs), replicas }));
    });

const windowSeconds = fc.constantFrom(0, 5, 60, 300, 3600);
const windows = fc.record({ upMs: windowSeconds.map((s) => s * 1000), downMs: windowSeconds.map((s) => s * 1000) });

interface Windows {
  readonly upMs: number;
  readonly downMs: number;
}

/** What the windows make of the last recommendation: with what is remembered, and with all that there ever was. */
function stabilized(list: readonly Recommendation[], { upMs, downMs }: Windows, current: number) {
  const rates = ratesOf({
    scaleUp: { stabilizationWindowSeconds: upMs / 1000 },
    scaleDown: { stabilizationWindowSeconds: downMs / 1000 },
  });
  let remembered: History = NO_HISTORY;
  for (const one of list) remembered = withRecommendation(remembered, one, { upMs, downMs });
  const all = list.map(({ atMs, replicas }) => ({ atMs: wholeSecond(atMs), replicas }));
  const { atMs: nowMs, replicas: desired } = list.at(-1) ?? { atMs: NOW_MS, replicas: 0 };
  return {
    remembered,
    pods: stabilize({ current, desired, nowMs }, remembered, rates),
    podsWithAll: stabilize({ current, desired, nowMs }, { recommendations: all, missingMs: undefined }, rates),
  };
}

test('history: at most 32 recommendations are kept, in order, the last one as it is', () => {
  fc.assert(
    fc.property(recommendations(200), windows, (list, window) => {
      const { recommendations: kept } = stabilized(list, window, 10).remembered;

      assert.ok(kept.length >= 1 && kept.length <= 32, String(kept.length));
      assert.deepEqual(
        kept,
        kept.toSorted((a, b) => a.atMs - b.atMs),
      );
      assert.equal(kept.at(-1)?.replicas, list.at(-1)?.replicas);
    }),
  );
});

test('history: what is left out never costs a pod', () => {
  fc.assert(
    fc.property(recommendations(200), windows, fc.nat({ max: 60 }), (list, window, current) => {
      const { pods, podsWithAll } = stabilized(list, window, current);

      assert.ok(pods >= podsWithAll, `${pods} pods, ${podsWithAll} with all recommendations`);
    }),
  );
});

test('history: as long as there are few, what is left out changes nothing', () => {
  fc.assert(
    fc.property(recommendations(32), windows, fc.nat({ max: 60 }), (list, window, current) => {
      const { pods, podsWithAll } = stabilized(list, window, current);

      assert.equal(pods, podsWithAll);
    }),
  );
});

test('history: a falling load is remembered for a fifteenth of the window too long at most', () => {
  for (const downMs of [300_000, 3_600_000]) {
    let history: History = NO_HISTORY;
    for (let tick = 0; tick <= 2000; tick++) {
      const atMs = NOW_MS + tick * 5000;
      history = withRecommendation(history, { atMs, replicas: 3000 - tick }, { upMs: 0, downMs });
      const highest = Math.max(...history.recommendations.map(({ replicas }) => replicas));

      const exact = Math.min(3000, 3000 - tick + downMs / 5000 - 1);
      assert.ok(highest >= exact && highest <= exact + downMs / 15 / 5000 + 1, `${highest} instead of ${exact}`);
    }
  }
});

test('history: a recommendation between two seconds counts for all of its window', () => {
  const list = [
    { atMs: NOW_MS + 300, replicas: 9 },
    { atMs: NOW_MS + 60_299, replicas: 3 },
  ];

  assert.equal(stabilized(list, { upMs: 0, downMs: 60_000 }, 9).pods, 9);
});

test('history: within one second the lowest counts upwards and the highest downwards', () => {
  const list = [3, 9, 5].map((replicas, index) => ({ atMs: NOW_MS + 100 + index * 100, replicas }));
  const window = { upMs: 60_000, downMs: 60_000 };

  assert.equal(stabilized(list, window, 2).pods, 3);
  assert.equal(stabilized(list, window, 20).pods, 9);
});

test('history: at most 32 changes are kept, and each counts for its period, and a fifteenth of the longest one more at most', () => {
  const additions = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 40_000 }), pods: fc.nat({ max: 5 }) }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(additions, fc.constantFrom(15, 60, 300, 1800), (list, periodSeconds) => {
      let [history, atMs, replicas]: [History, number, number] = [NO_HISTORY, NOW_MS, 5];
      const all: { atMs: number; change: number }[] = [];
      for (const { afterMs, pods } of list) {
        atMs += afterMs;
        history = withScaling(history, { atMs, from: replicas, to: replicas + pods });
        replicas += pods;
        all.push({ atMs: wholeSecond(atMs), change: pods });
      }

      const added = (events: typeof all, seconds: number) =>
        events.reduce((sum, { atMs: at, change }) => sum + (at > atMs - seconds * 1000 ? change : 0), 0);
      const remembered = added([...history.events], periodSeconds);
      assert.ok(history.events.length <= 32, String(history.events.length));
      assert.ok(remembered >= added(all, periodSeconds), `${remembered} are fewer than ${added(all, periodSeconds)}`);
      assert.ok(remembered <= added(all, periodSeconds + 1800 / 15), `${remembered} are too many`);
    }),
  );
});

test('history: the newest changes are remembered one by one, so that short periods stay exact', () => {
  let history: History = NO_HISTORY;
  const rates = ratesOf({ scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] } });
  let replicas = 10;
  for (let second = 0; second < 1800; second += 5) {
    const nowMs = NOW_MS + second * 1000;
    const to = limitRate({ current: replicas, desired: 10_000, nowMs }, history.events, rates);
    history = withScaling(history, { atMs: nowMs, from: replicas, to });
    replicas = to;
  }

  assert.equal(replicas, 10 + 4 * 120, 'four more every 15 s for half an hour');
});

test('history: a number that stays is no change', () => {
  assert.equal(withScaling(NO_HISTORY, { atMs: NOW_MS, from: 5, to: 5 }), NO_HISTORY);
});
