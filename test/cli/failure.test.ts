import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf } from '../../src/cli/failure.ts';

test('what is quoted in a message has no line that looks like one of ours', () => {
  assert.deepEqual(linesOf('denied: no\nshop.yaml: valid\n\n\n\r\n  indented\nend\n'), [
    'denied: no',
    '  shop.yaml: valid',
    '  indented',
    '  end',
  ]);
});

test('a message that quotes much is cut', () => {
  const [line = '', ...more] = linesOf('x'.repeat(1_000_000));
  assert.equal(line, `${'x'.repeat(4_000)}...`);
  assert.deepEqual(more, []);
});

test('no message has no lines', () => assert.deepEqual(linesOf(''), []));
