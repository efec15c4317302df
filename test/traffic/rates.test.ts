import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noisy, ramp, steady, steps } from './rates.ts';

test('a rate jumps in steps and climbs on a ramp', () => {
  const stairs = steps([0, 100], [30, 500], [60, 50]);
  assert.deepEqual([0, 29.9, 30, 59, 60, 1_000].map(stairs), [100, 100, 500, 500, 50, 50]);
  assert.deepEqual([0, 5, 10, 20].map(ramp(100, 200, 10)), [100, 150, 200, 200]);
});

test('noise stays within its part, uses it, keeps the mean, and is the same for the same seed', () => {
  const seconds = Array.from({ length: 2_000 }, (_, index) => index);
  const values = seconds.map(noisy(steady(100), 0.2, 1));
  assert.ok(values.every((value) => value >= 80 && value <= 120));
  assert.ok(Math.min(...values) < 82 && Math.max(...values) > 118);
  assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length - 100) < 1);
  assert.deepEqual(values, seconds.map(noisy(steady(100), 0.2, 1)));
  assert.notDeepEqual(values, seconds.map(noisy(steady(100), 0.2, 2)));
});
