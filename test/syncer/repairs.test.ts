import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContendedError, Repairs } from '../../src/syncer/repairs.ts';
import { FakeClock } from '../kube/fake-clock.ts';

const repair = { object: 'Deployment shop/web', path: 'spec.template', wish: 'image 1' };

test('a field may be repaired three times a minute, then it is left alone until the first of them is a minute ago', () => {
  const clock = new FakeClock();
  const repairs = new Repairs(clock);
  for (let n = 0; n < 3; n += 1) {
    repairs.check(repair);
    repairs.made(repair);
    clock.advance(10_000);
  }
  assert.throws(
    () => repairs.check(repair),
    (error) =>
      error instanceof ContendedError &&
      error.retryAfterMs === 30_000 &&
      /Deployment shop\/web: spec.template was set 3 times .* left alone for up to a minute/.test(error.message),
  );
  clock.advance(29_999);
  assert.throws(() => repairs.check(repair), ContendedError);
  clock.advance(1);
  repairs.check(repair);
  repairs.made(repair);
  assert.throws(() => repairs.check(repair), ContendedError, 'that was the third within a minute again');
});

test('another wish, another field and another object are nobody’s repair', () => {
  const repairs = new Repairs(new FakeClock());
  for (let n = 0; n < 5; n += 1) repairs.made(repair);
  assert.throws(() => repairs.check(repair), ContendedError);
  repairs.check({ ...repair, wish: 'image 2' });
  repairs.check({ ...repair, path: 'spec.replicas' });
  repairs.check({ ...repair, object: 'Service shop/web' });
});

test('repairs that are far apart are no duel', () => {
  const clock = new FakeClock();
  const repairs = new Repairs(clock);
  for (let n = 0; n < 100; n += 1) {
    repairs.check(repair);
    repairs.made(repair);
    clock.advance(30_000);
  }
});
