/** What the stabilization windows of behavior hold back: HPA's published numbers, and its edges. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScalingRules } from '../../src/api/types.ts';
import { ratesOf, stabilize } from '../../src/scaling/behavior.ts';
import type { Recommendation } from '../../src/scaling/history.ts';

const NOW_MS = 1_800_000_000_000;

/** Recommendations, each so many minutes ago. */
const ago = (...list: readonly (readonly [minutes: number, replicas: number])[]): Recommendation[] =>
  list.map(([minutes, replicas]) => ({ atMs: NOW_MS - minutes * 60_000, replicas }));

const windows = (upSeconds: number, downSeconds: number) =>
  ratesOf({
    scaleUp: { stabilizationWindowSeconds: upSeconds },
    scaleDown: { stabilizationWindowSeconds: downSeconds },
  });

const rows = [
  { name: 'nothing to look back at', up: 0, down: 0, before: ago(), current: 100, desired: 5, stable: 5 },
  { name: 'down to the highest', up: 0, down: 180, before: ago([2, 4], [1, 5]), current: 100, desired: 3, stable: 5 },
  { name: 'up to the lowest', up: 300, down: 0, before: ago([2, 4], [1, 5]), current: 1, desired: 7, stable: 4 },
  {
    name: 'down, with an upward window only',
    up: 300,
    down: 0,
    before: ago([2, 1], [1, 2]),
    current: 100,
    desired: 3,
    stable: 3,
  },
  {
    name: 'up, with a downward window only',
    up: 0,
    down: 300,
    before: ago([2, 4], [1, 5]),
    current: 1,
    desired: 3,
    stable: 3,
  },
  { name: 'too long ago, down', up: 0, down: 0, before: ago([10, 10], [9, 9]), current: 100, desired: 3, stable: 3 },
  { name: 'too long ago, up', up: 0, down: 300, before: ago([10, 10], [9, 9]), current: 1, desired: 100, stable: 100 },
  {
    name: 'some too long ago, down',
    up: 0,
    down: 180,
    before: ago([10, 10], [9, 9], [2, 5], [1, 4]),
    current: 100,
    desired: 3,
    stable: 5,
  },
  {
    name: 'some too long ago, up',
    up: 300,
    down: 300,
    before: ago([100, 4], [3, 9], [2, 5], [1, 6]),
    current: 1,
    desired: 100,
    stable: 5,
  },
  {
    name: 'the higher one is the present one',
    up: 0,
    down: 300,
    before: ago([2, 1], [1, 2]),
    current: 9,
    desired: 3,
    stable: 3,
  },
  {
    name: 'the pods that there are lie between',
    up: 300,
    down: 300,
    before: ago([2, 4], [1, 8]),
    current: 6,
    desired: 9,
    stable: 6,
  },
  { name: 'a higher one adds no pods', up: 0, down: 300, before: ago([1, 9]), current: 6, desired: 3, stable: 6 },
  { name: 'a lower one removes no pods', up: 300, down: 0, before: ago([1, 2]), current: 6, desired: 9, stable: 6 },
];

for (const { name, up, down, before, current, desired, stable } of rows) {
  test(`windows: ${name}`, () => {
    const history = { recommendations: before, missingMs: undefined };

    assert.equal(stabilize({ current, desired, nowMs: NOW_MS }, history, windows(up, down)), stable);
  });
}

test('windows: a recommendation counts until its window is over, not at its end', () => {
  const history = { recommendations: [{ atMs: NOW_MS, replicas: 9 }], missingMs: undefined };
  const after = (ms: number) => stabilize({ current: 9, desired: 3, nowMs: NOW_MS + ms }, history, windows(0, 300));

  assert.equal(after(299_999), 9);
  assert.equal(after(300_000), 3);
});

test('windows: without a window nothing counts, not even what was recommended within this very second', () => {
  const history = { recommendations: [{ atMs: NOW_MS + 900, replicas: 6 }], missingMs: NOW_MS + 900 };
  const to = (desired: number) => stabilize({ current: 6, desired, nowMs: NOW_MS }, history, windows(0, 0));

  assert.deepEqual([to(3), to(9)], [3, 9]);
});

test('windows: recommendations that may be missing hold pods, and never keep any from coming', () => {
  const history = { recommendations: [], missingMs: NOW_MS - 1000 };
  const after = (ms: number, desired: number) =>
    stabilize({ current: 6, desired, nowMs: NOW_MS - 1000 + ms }, history, windows(300, 300));

  assert.equal(after(1000, 3), 6);
  assert.equal(after(1000, 9), 9);
  assert.equal(after(299_999, 3), 6);
  assert.equal(after(300_000, 3), 3);
});

test('windows: none upwards, 300 s downwards unless given', () => {
  const { up, down } = ratesOf({});

  assert.deepEqual([up.windowMs, down.windowMs], [0, 300_000]);
});

const tolerances: readonly { readonly given: ScalingRules; readonly up: number; readonly down: number }[] = [
  { given: {}, up: 0, down: 0.1 },
  { given: { tolerance: '50m' }, up: 0.05, down: 0.05 },
  { given: { tolerance: '0.2' }, up: 0.2, down: 0.2 },
  { given: { tolerance: '1e-2' }, up: 0.01, down: 0.01 },
  { given: { tolerance: 0 }, up: 0, down: 0 },
  { given: { tolerance: '.075' }, up: 0.075, down: 0.075 },
  { given: { tolerance: '10000u' }, up: 0.01, down: 0.01 },
];

for (const { given, up, down } of tolerances) {
  test(`tolerance: ${JSON.stringify(given)} is ${up} up and ${down} down`, () => {
    assert.ok(Math.abs(ratesOf({ scaleUp: given }).up.tolerance - up) < 1e-12);
    assert.ok(Math.abs(ratesOf({ scaleDown: given }).down.tolerance - down) < 1e-12);
  });
}

test('tolerance: of one direction, it leaves the other alone', () => {
  const rates = ratesOf({ scaleUp: { tolerance: '50m' } });

  assert.deepEqual([rates.up.tolerance, rates.down.tolerance], [0.05, 0.1]);
});
