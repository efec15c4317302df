import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedWindows, defaultFastWindowSeconds, minStableWindowSeconds } from '../../src/prometheus/windows.ts';

test('the fast window is two scrapes and five seconds, the stable one at least four scrapes', () => {
  assert.deepEqual([1, 5, 15, 60].map(defaultFastWindowSeconds), [7, 15, 35, 125]);
  assert.deepEqual([1, 5, 15, 60].map(minStableWindowSeconds), [4, 20, 60, 240]);
});

test('windows that fit the scrape interval are taken, and the fast one has a default', () => {
  const given = { scrapeIntervalSeconds: 15, stableWindowSeconds: 60 };
  assert.deepEqual(checkedWindows(given), { ...given, fastWindowSeconds: 35 });
  assert.deepEqual(checkedWindows({ ...given, fastWindowSeconds: 30 }), { ...given, fastWindowSeconds: 30 });
});

const refused = [
  {
    given: [15, 59],
    why: /stable window must be at least 4 scrape intervals, 60 s with a scrape interval of 15 s, got 59 s/,
  },
  { given: [15, 60, 29], why: /fast window must be at least 2 scrape intervals, 30 s .* got 29 s/ },
  { given: [0, 60], why: /scrape interval must be between 0\.001 and 86400 seconds, got 0/ },
  { given: [Number.NaN, 60], why: /scrape interval .* got NaN/ },
  { given: [15, Infinity], why: /stable window .* got Infinity/ },
  { given: [15, 60, -1], why: /fast window .* got -1/ },
] as const;

for (const { given, why } of refused) {
  test(`scrape interval, stable and fast window of ${given.join(', ')} s are refused`, () => {
    const [scrapeIntervalSeconds, stableWindowSeconds, fastWindowSeconds] = given;
    assert.throws(
      () => checkedWindows({ scrapeIntervalSeconds, stableWindowSeconds, fastWindowSeconds }),
      (error) => {
        assert.ok(error instanceof RangeError);
        assert.match(error.message, why);
        return true;
      },
    );
  });
}
