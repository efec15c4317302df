import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../../src/prometheus/budget.ts';

test('shares are paid from one budget, and what ended is there for others', () => {
  const budget = new Budget();
  const [first, second] = [budget.share(), budget.share()];
  assert.ok(first.take(first.budgetBytes - 1));
  assert.ok(!second.take(2));
  assert.ok(second.take(1));
  first.end();
  first.end(); // No more than was taken comes back.
  assert.ok(second.take(second.budgetBytes - 1));
  assert.ok(!second.take(1));
});
