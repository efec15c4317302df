import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../src/syncer/pace.ts';
import { FakeClock } from '../kube/fake-clock.ts';

test('the first status of an object waits for nothing, the next until a second has passed', () => {
  const clock = new FakeClock();
  const pace = new Pace(clock);
  assert.equal(pace.waitMs('a'), 0);
  pace.written('a');
  assert.equal(pace.waitMs('a'), 1_000);
  assert.equal(pace.waitMs('b'), 0);
  clock.advance(400);
  pace.written('b');
  assert.equal(pace.waitMs('a'), 600);
  clock.advance(600);
  assert.equal(pace.waitMs('a'), 0);
  assert.equal(pace.waitMs('b'), 400);
  pace.written('a');
  assert.equal(pace.waitMs('a'), 1_000);
  assert.equal(pace.waitMs('b'), 400);
});
