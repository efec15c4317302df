import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { sleep } from '../../src/kube/clock.ts';
import { Deadline } from '../../src/kube/deadline.ts';
import { FakeClock } from './fake-clock.ts';

/** A signal that outlives what listens to it, and what is left behind on it. */
function longLived() {
  const controller = new AbortController();
  return {
    controller,
    signal: controller.signal,
    listeners: () => getEventListeners(controller.signal, 'abort').length,
  };
}

test('a sleep that is over leaves nothing behind', async () => {
  const { listeners, signal } = longLived();
  const clock = new FakeClock();
  const slept = sleep(clock, 100, signal);
  assert.equal(listeners(), 1);
  clock.advance(100);
  await slept;
  assert.equal(listeners(), 0);
});

test('a sleep that is aborted ends at once and leaves nothing behind', async () => {
  const { controller, signal } = longLived();
  const clock = new FakeClock();
  const slept = sleep(clock, 100, signal);
  controller.abort();
  await slept;
  assert.deepEqual(clock.delays, []);
  await sleep(clock, 100, signal);
  assert.deepEqual(clock.delays, []);
});

test('a deadline that passes aborts, and one that has ended does not', () => {
  const { listeners, signal } = longLived();
  const clock = new FakeClock();
  const passed = new Deadline(clock, 100, signal);
  const ended = new Deadline(clock, 100, signal);
  ended.end();
  clock.advance(100);
  assert.deepEqual([passed.passed, passed.signal.aborted], [true, true]);
  assert.deepEqual([ended.passed, ended.signal.aborted], [false, false]);
  passed.end();
  assert.equal(listeners(), 0);
});

test('a deadline passes on the abort of its parent, with the reason, also one from before', () => {
  const { controller, signal } = longLived();
  const before = new Deadline(new FakeClock(), 100, signal);
  const reason = new Error('enough');
  controller.abort(reason);
  const after = new Deadline(new FakeClock(), 100, signal);
  for (const deadline of [before, after]) {
    assert.equal(deadline.signal.reason, reason);
    assert.equal(deadline.passed, false);
  }
});

test('a deadline that is lifted no longer passes, and one that is restarted counts anew', () => {
  const clock = new FakeClock();
  const [lifted, restarted] = [new Deadline(clock, 100, undefined), new Deadline(clock, 100, undefined)];
  lifted.lift();
  clock.advance(99);
  restarted.restart();
  clock.advance(99);
  assert.deepEqual([lifted.passed, restarted.passed], [false, false]);
  clock.advance(1);
  assert.deepEqual([lifted.passed, restarted.passed], [false, true]);
});
