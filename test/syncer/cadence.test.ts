/** How often the load is read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cadence } from '../../src/syncer/cadence.ts';

/** The times of the readings of a minute or more, where the load jumps at some of them. */
function readings(seconds: number, jumpsAt: (second: number) => boolean, intervalMs = 5_000): number[] {
  const cadence = new Cadence({ intervalMs, risingMs: 15_000 });
  const times: number[] = [];
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += cadence.pauseMs(nowMs, jumpsAt(nowMs / 1000))) {
    times.push(nowMs / 1000);
  }
  return times;
}

test('at rest it is read at every interval', () => {
  assert.deepEqual(
    readings(30, () => false),
    [0, 5, 10, 15, 20, 25],
  );
});

test('after a jump it is read every second until that can be seen whole', () => {
  const times = readings(40, (second) => second === 10);
  assert.deepEqual(times, [0, 5, ...Array.from({ length: 16 }, (_, i) => 10 + i), 30, 35]);
});

test('where some load always jumps, a quarter of the time is spent so', () => {
  const times = readings(3600, () => true);
  assert.ok(times.length <= 3600 * (0.25 + 0.75 / 5) + 20, String(times.length));
  assert.ok(times.length > 3600 / 5);
});

test('who reads every second anyway goes on so', () => {
  assert.equal(readings(60, () => true, 1_000).length, 60);
});
