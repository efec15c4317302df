import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vector } from '../../src/prometheus/answer.ts';
import { Freshness } from '../../src/prometheus/freshness.ts';

const NOW_MS = 1_700_000_000_000;

/** An answer with a series of each of these times, in milliseconds from now. */
function of(...timesMs: (number | undefined)[]): Vector {
  const series = timesMs.map((ms) => ({ labels: {}, timeMs: ms === undefined ? undefined : NOW_MS + ms, value: '1' }));
  return { kind: 'vector', partial: false, series };
}

const cases = [
  { name: 'now', answer: of(0), flaw: undefined },
  { name: 'a minute ago', answer: of(-60_000), flaw: undefined },
  { name: 'more than a minute ago', answer: of(-60_001), flaw: /more than 60 s ago; are both clocks right/ },
  { name: 'a minute ahead', answer: of(60_000), flaw: undefined },
  { name: 'more than a minute ahead', answer: of(60_001), flaw: /more than 60 s ahead/ },
  { name: 'now and long ago', answer: of(0, -600_000), flaw: /ago/ },
  { name: 'no time, because it is empty', answer: of(), flaw: undefined },
  { name: 'no time that could be read', answer: of(undefined), flaw: undefined },
];

for (const { name, answer, flaw } of cases) {
  test(`an answer for ${name} is ${flaw === undefined ? 'fresh' : 'stale'}`, () => {
    const found = new Freshness().flaw('q', answer, 'Prometheus', NOW_MS);
    assert.equal(found?.reason, flaw === undefined ? undefined : 'StaleAnswer');
    assert.match(found?.message ?? '', flaw ?? /^$/);
  });
}

test('an answer for the time of the last one, or before, comes from a cache; each query has its own', () => {
  const freshness = new Freshness();
  const flaw = (query: string, ms: number) => freshness.flaw(query, of(ms), 'Prometheus', NOW_MS)?.message ?? '';
  assert.equal(flaw('a', 0), '');
  assert.match(flaw('a', 0), /same time as before/);
  assert.match(flaw('a', -1), /same time as before/);
  assert.equal(flaw('b', -1), '');
  assert.equal(flaw('a', 1), '');
});

test('an answer that was stale is not what the next one is compared with', () => {
  const freshness = new Freshness();
  assert.ok(freshness.flaw('a', of(120_000), 'Prometheus', NOW_MS));
  assert.equal(freshness.flaw('a', of(0), 'Prometheus', NOW_MS), undefined);
});

test('queries that are no longer asked are forgotten', () => {
  const freshness = new Freshness();
  for (const query of ['a', 'b']) assert.equal(freshness.flaw(query, of(0), 'Prometheus', NOW_MS), undefined);
  freshness.keepOnly(new Set(['a']));
  assert.ok(freshness.flaw('a', of(0), 'Prometheus', NOW_MS));
  assert.equal(freshness.flaw('b', of(0), 'Prometheus', NOW_MS), undefined);
});
