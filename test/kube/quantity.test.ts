import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSameQuantity, parseQuantity } from '../../src/kube/quantity.ts';

const amounts: readonly (readonly [unknown, bigint | undefined])[] = [
  ['1', 1_000_000_000n],
  [1, 1_000_000_000n],
  [0.1, 100_000_000n],
  ['0.5', 500_000_000n],
  ['.5', 500_000_000n],
  ['5.', 5_000_000_000n],
  ['500m', 500_000_000n],
  ['1k', 1_000_000_000_000n],
  ['1Ki', 1_024_000_000_000n],
  ['1.5Gi', 1_610_612_736_000_000_000n],
  ['1e3', 1_000_000_000_000n],
  ['1E3', 1_000_000_000_000n],
  ['1E', 10n ** 27n],
  ['1Ei', 2n ** 60n * 10n ** 9n],
  ['12E-3', 12_000_000n],
  ['-1', -1_000_000_000n],
  ['+1', 1_000_000_000n],
  ['1n', 1n],
  ['0.1n', 1n],
  ['-0.1n', -1n],
  ['0', 0n],
  ['', undefined],
  ['.', undefined],
  ['m', undefined],
  ['1 Gi', undefined],
  ['1KiB', undefined],
  ['1e', undefined],
  ['1e1000', undefined],
  ['0x10', undefined],
  [undefined, undefined],
  [null, undefined],
  [{}, undefined],
];
for (const [text, billionths] of amounts) {
  test(`the quantity ${JSON.stringify(text)} is ${billionths === undefined ? 'none' : `${String(billionths)} billionths`}`, () => {
    assert.equal(parseQuantity(text), billionths);
  });
}

test('different ways to write an amount are the same, different amounts are not', () => {
  assert.ok(isSameQuantity('0.5', '500m'));
  assert.ok(isSameQuantity('1Gi', '1024Mi'));
  assert.ok(isSameQuantity(2, '2000m'));
  assert.ok(isSameQuantity('0.1Gi', '107374182400m'));
  assert.ok(!isSameQuantity('1G', '1Gi'));
  assert.ok(!isSameQuantity('9007199254740993', '9007199254740992'));
});

test('what is no quantity is the same only as itself', () => {
  assert.ok(isSameQuantity('lots', 'lots'));
  assert.ok(!isSameQuantity('lots', 'more'));
  assert.ok(!isSameQuantity(undefined, '0'));
});

test('any whole number of thousandths can be written in thousandths, with a fraction or with an exponent', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (thousandths) => {
      const whole = String(thousandths / 1000n);
      const rest = String(thousandths % 1000n).padStart(3, '0');
      assert.ok(isSameQuantity(`${String(thousandths)}m`, `${whole}.${rest}`));
      assert.ok(isSameQuantity(`${String(thousandths)}m`, `${String(thousandths)}e-3`));
      assert.ok(!isSameQuantity(`${String(thousandths)}m`, `${String(thousandths + 1n)}m`));
    }),
  );
});
