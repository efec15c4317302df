/** How far the policies of behavior let the number of pods move: HPA's published numbers, and what they leave open. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INT32_MAX } from '../../src/api/schema.ts';
import type { ScalingRules } from '../../src/api/types.ts';
import { limitRate, ratesOf } from '../../src/scaling/behavior.ts';
import type { ScaleEvent } from '../../src/scaling/history.ts';

const NOW_MS = 1_800_000_000_000;

const pods = (value: number, periodSeconds = 60) => ({ type: 'Pods', value, periodSeconds }) as const;
const percent = (value: number, periodSeconds = 60) => ({ type: 'Percent', value, periodSeconds }) as const;

/** Changes in the middle of equal parts of the last two minutes. */
function spread(...changes: readonly number[]): ScaleEvent[] {
  const partMs = 120_000 / changes.length;
  return changes.map((change, index) => ({ change, atMs: NOW_MS - 120_000 + (index + 0.5) * partMs }));
}

interface Row {
  readonly name: string;
  readonly rules: ScalingRules;
  readonly from: number;
  readonly to: number;
  readonly events?: readonly ScaleEvent[];
  readonly allowed: number;
}

const up: readonly Row[] = [
  { name: 'a percent of a few pods is one', rules: { policies: [percent(1)] }, from: 3, to: 1000, allowed: 4 },
  { name: 'pods allow more', rules: { policies: [pods(100), percent(100)] }, from: 10, to: 500, allowed: 110 },
  { name: 'percent allows more', rules: { policies: [pods(2), percent(100)] }, from: 10, to: 500, allowed: 20 },
  { name: 'enough pods', rules: { policies: [pods(100)] }, from: 10, to: 50, allowed: 50 },
  { name: 'enough percent', rules: { policies: [percent(10_000)] }, from: 10, to: 50, allowed: 50 },
  { name: 'too few pods', rules: { policies: [pods(30)] }, from: 10, to: 50, allowed: 40 },
  { name: 'too few percent', rules: { policies: [percent(200)] }, from: 10, to: 50, allowed: 30 },
  {
    name: 'more was added than may be by now',
    ...{ rules: { policies: [pods(5, 120)] }, events: spread(1, 5, 9), from: 100, to: 500, allowed: 100 },
  },
  {
    name: 'pods, after others were added',
    ...{ rules: { policies: [pods(150, 120)] }, events: spread(1, 5, 9), from: 100, to: 500, allowed: 235 },
  },
  {
    name: 'percent, after others were added',
    ...{ rules: { policies: [percent(200, 120)] }, events: spread(1, 5, 9), from: 100, to: 500, allowed: 255 },
  },
  {
    name: 'the least',
    ...{ rules: { selectPolicy: 'Min', policies: [pods(2), percent(50)] }, from: 1, to: 9, allowed: 2 },
  },
  { name: 'forbidden', rules: { selectPolicy: 'Disabled', policies: [pods(9)] }, from: 3, to: 9, allowed: 3 },
  { name: 'no policy, no limit', rules: {}, from: 1, to: INT32_MAX, allowed: INT32_MAX },
  { name: 'exactly 10 % of 100', rules: { policies: [percent(10)] }, from: 100, to: 500, allowed: 110 },
  {
    name: 'removed pods may come back',
    rules: { policies: [pods(4)] },
    events: spread(0, -10),
    from: 10,
    to: 99,
    allowed: 24,
  },
  {
    name: 'half a period ago',
    rules: { policies: [pods(4, 30)] },
    events: spread(2, 2, 2, 2),
    from: 10,
    to: 99,
    allowed: 12,
  },
  { name: 'a percent of no pods is one pod', rules: { policies: [percent(100)] }, from: 0, to: 9, allowed: 1 },
  {
    name: 'the first pod was added a moment ago',
    ...{ rules: { policies: [percent(100)] }, events: spread(0, 1), from: 1, to: 9, allowed: 1 },
  },
  {
    name: 'the largest numbers',
    rules: { policies: [percent(INT32_MAX)] },
    from: 9,
    to: INT32_MAX,
    allowed: 193_273_538,
  },
];

const down: readonly Row[] = [
  { name: 'pods leave fewer', rules: { policies: [pods(20), percent(1)] }, from: 100, to: 2, allowed: 80 },
  { name: 'one of both leaves fewer', rules: { policies: [pods(2), percent(1)] }, from: 100, to: 2, allowed: 98 },
  { name: 'too few pods', rules: { policies: [pods(5)] }, from: 10, to: 2, allowed: 5 },
  { name: 'a few of many', rules: { policies: [pods(20)] }, from: 1000, to: 3, allowed: 980 },
  { name: 'enough percent', rules: { policies: [percent(50)] }, from: 10, to: 5, allowed: 5 },
  { name: 'all of them', rules: { policies: [percent(100)] }, from: 10, to: 0, allowed: 0 },
  { name: 'more than all of them', rules: { policies: [pods(100)] }, from: 10, to: 0, allowed: 0 },
  {
    name: 'enough pods, after others were removed',
    ...{ rules: { policies: [pods(115, 120)] }, events: spread(-1, -5, -9), from: 100, to: 0, allowed: 0 },
  },
  {
    name: 'more was removed than may be by now',
    ...{ rules: { policies: [pods(5, 120)] }, events: spread(-1, -5, -9), from: 100, to: 2, allowed: 100 },
  },
  {
    name: 'percent, after others were removed',
    ...{ rules: { policies: [percent(50, 120)] }, events: spread(-2, -4, -6), from: 100, to: 0, allowed: 56 },
  },
  {
    name: 'percent, after more were removed than may be',
    ...{ rules: { policies: [percent(10, 120)] }, events: spread(-10, -10, -10), from: 100, to: 0, allowed: 100 },
  },
  {
    name: 'ten times all of them',
    ...{ rules: { policies: [percent(1000, 120)] }, events: spread(-10, -10, -10), from: 10, to: 5, allowed: 5 },
  },
  {
    name: 'two periods, one longer than the other',
    ...{
      rules: { policies: [pods(1000, 30), percent(100)] },
      events: spread(-8, -12, -9, -11),
      from: 100,
      to: 5,
      allowed: 5,
    },
  },
  {
    name: 'the least',
    ...{ rules: { selectPolicy: 'Min', policies: [pods(2), percent(50)] }, from: 5, to: 0, allowed: 3 },
  },
  { name: 'rounded to fewer', rules: { policies: [percent(50)] }, from: 5, to: 0, allowed: 2 },
  { name: 'forbidden', rules: { selectPolicy: 'Disabled' }, from: 9, to: 3, allowed: 9 },
  { name: 'no policy: all in 15 s', rules: {}, from: 9, to: 0, allowed: 0 },
  { name: 'exactly 80 % of 5', rules: { policies: [percent(80)] }, from: 5, to: 0, allowed: 1 },
  { name: 'exactly 90 % of 10', rules: { policies: [percent(90)] }, from: 10, to: 0, allowed: 1 },
  {
    name: 'added pods may go again',
    rules: { policies: [pods(4)] },
    events: spread(0, 10),
    from: 30,
    to: 0,
    allowed: 16,
  },
];

for (const [direction, rows] of Object.entries({ scaleUp: up, scaleDown: down })) {
  for (const { name, rules, from, to, events = [], allowed } of rows) {
    test(`limits of ${direction}: ${name}`, () => {
      const step = { current: from, desired: to, nowMs: NOW_MS };

      assert.equal(limitRate(step, events, ratesOf({ [direction]: rules })), allowed);
    });
  }
}

test('limits: a change counts until its period is over, not at its end', () => {
  const rates = ratesOf({ scaleUp: { policies: [pods(4, 15)] } });
  const allowedAfter = (ms: number) =>
    limitRate({ current: 14, desired: 99, nowMs: NOW_MS + ms }, [{ atMs: NOW_MS, change: 4 }], rates);

  assert.equal(allowedAfter(14_999), 14);
  assert.equal(allowedAfter(15_000), 18);
});

test('limits: what is there already is left alone', () => {
  const rates = ratesOf({ scaleUp: { selectPolicy: 'Disabled' }, scaleDown: { selectPolicy: 'Disabled' } });

  assert.equal(limitRate({ current: 7, desired: 7, nowMs: NOW_MS }, spread(5, -5), rates), 7);
});
