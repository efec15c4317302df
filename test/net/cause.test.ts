/** Of errors in errors, the one that says what happened. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootCause } from '../../src/net/cause.ts';

test('the innermost cause is what is told', () => {
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:1');
  const both = new AggregateError([refused, new Error('other')], '');
  assert.equal(rootCause(new Error('fetch failed', { cause: new Error('x', { cause: refused }) })), refused.message);
  assert.equal(rootCause(new Error('fetch failed', { cause: both })), refused.message);
  assert.equal(rootCause(new TypeError('')), 'TypeError');
  assert.equal(rootCause('text'), 'text');
});
