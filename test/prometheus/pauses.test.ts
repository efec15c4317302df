import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, type Next } from '../../src/prometheus/failure.ts';
import { Pauses } from '../../src/prometheus/pauses.ts';

const failed = (next: Next) => failure('SourceFailed', `failed (${next.kind})`, next);
const later = failed({ kind: 'later' });
const asked = (afterMs?: number) => failed({ kind: 'asked', afterMs });

/** How long the server is left alone after a tick at time 0, to the millisecond. */
function pauseMs(pauses: Pauses): number {
  let ms = 0;
  while (pauses.because(ms) !== undefined) ms += 1;
  return ms;
}

/** Without chance: in the middle of its range. */
const steady = () => new Pauses(() => 0.5);

test('ticks that fail are followed by pauses that double, up to half a minute', () => {
  const pauses = steady();
  const found = Array.from({ length: 8 }, () => {
    pauses.note({ answered: false, failures: [later] }, 0);
    return pauseMs(pauses);
  });
  assert.deepEqual(found, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('chance shortens and lengthens a pause by a fifth', () => {
  for (const [random, ms] of [
    [0, 800],
    [0.999_999, 1_200],
  ] as const) {
    const pauses = new Pauses(() => random);
    pauses.note({ answered: false, failures: [later] }, 0);
    assert.equal(pauseMs(pauses), ms);
  }
});

test('the first answer ends the pauses, whatever else failed', () => {
  const pauses = steady();
  for (let n = 0; n < 5; n += 1) pauses.note({ answered: false, failures: [later] }, 0);
  pauses.note({ answered: true, failures: [later] }, 0);
  assert.equal(pauseMs(pauses), 0);
  pauses.note({ answered: false, failures: [later] }, 0);
  assert.equal(pauseMs(pauses), 1_000);
});

test('a wait that the server asks for is kept, up to a minute, also beside answers', () => {
  for (const [afterMs, answered, ms] of [
    [20_000, false, 20_000],
    [20_000, true, 20_000],
    [3_600_000, false, 60_000],
    [0, false, 1_000],
    [undefined, false, 1_000],
  ] as const) {
    const pauses = steady();
    pauses.note({ answered, failures: [later, asked(afterMs)] }, 0);
    assert.equal(pauseMs(pauses), ms);
  }
});

test('refused credentials are tried every ten seconds, because others may be there by then', () => {
  const pauses = steady();
  for (let n = 0; n < 5; n += 1) {
    pauses.note({ answered: false, failures: [failed({ kind: 'refused' })] }, 0);
    assert.equal(pauseMs(pauses), 10_000);
  }
});

test('a query that fails by itself is no reason to leave the server alone', () => {
  const pauses = steady();
  pauses.note({ answered: false, failures: [failed({ kind: 'anyway' })] }, 0);
  assert.equal(pauseMs(pauses), 0);
});

test('a pause says why', () => {
  const pauses = steady();
  pauses.note({ answered: false, failures: [later] }, 500);
  assert.equal(pauses.because(600), later);
});
