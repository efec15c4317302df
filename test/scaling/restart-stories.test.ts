/** What a restart does to pods that are about to go: they may go later, never sooner, and they do go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { later, pass, restarted, type Run, runFrom } from './run.ts';
import { load, webOf } from './web.ts';

const web = webOf();

/** A pass every 5 s with one load. */
function watch(run: Run, seconds: number, qps: number): Run {
  let after = run;
  for (let second = 0; second < seconds; second += 5) after = pass(later(after, 5), web, { reading: load(qps) });
  return after;
}

/** Seconds until the first pod goes. */
function secondsUntilDown(run: Run, qps: number): number {
  let after = run;
  while (after.replicas >= run.replicas && after.nowMs < run.nowMs + 3_600_000) after = watch(after, 5, qps);
  return (after.nowMs - run.nowMs) / 1000;
}

const atRest = () => watch(runFrom(50), 3600, 500);

test('restart: without any, pods go 300 s after the load', () => {
  assert.equal(secondsUntilDown(atRest(), 100), 300);
});

/** A window after the first reading, which comes 5 s after the restart. */
const A_WINDOW = 305;

test('restart: of a world at rest, pods that were wanted until then go a window later', () => {
  assert.equal(secondsUntilDown(restarted(atRest()), 100), A_WINDOW);
});

test('restart: at rest for an hour, and the load went while nobody watched', () => {
  assert.equal(secondsUntilDown(restarted(later(atRest(), 1800)), 100), A_WINDOW);
});

test('restart: while pods are about to go, their window begins anew', () => {
  const falling = watch(atRest(), 200, 100);

  for (const away of [0, 180, 3600]) {
    assert.equal(secondsUntilDown(restarted(later(falling, away)), 100), A_WINDOW, `after ${away} s away`);
  }
});

test('restart: a peak while nobody watched holds the pods as long as one that was watched', () => {
  const falling = watch(atRest(), 200, 100);
  const watched = watch(watch(falling, 30, 400), 20, 100);
  const away = later(falling, 50);

  assert.ok(secondsUntilDown(restarted(away), 100) >= secondsUntilDown(watched, 100));
});

test('restart: a peak that no status has told of holds the pods for its window', () => {
  const peaked = watch(watch(watch(atRest(), 10, 100), 5, 500), 5, 100);

  assert.ok(secondsUntilDown(restarted(peaked), 100) >= 295);
});

test('restart: no pod goes for one stable window, even without a downward window', () => {
  const hasty = webOf({ behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } });
  const after = (seconds: number) => pass(later(restarted(runFrom(50)), seconds), hasty, { reading: load(100) });

  assert.deepEqual([after(59).replicas, after(59).decision?.reason], [50, 'JustStarted']);
  assert.equal(after(60).replicas, 10);
});

test('restart: a policy still knows what came and went before', () => {
  const slow = webOf({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 600 }] } } });
  const risen = pass(later(runFrom(10), 5), slow, { reading: load(500) });
  const after = (seconds: number) => pass(later(restarted(risen), seconds), slow, { reading: load(500) });

  assert.equal(risen.replicas, 14);
  assert.deepEqual([after(599).replicas, after(600).replicas], [14, 18]);
});
