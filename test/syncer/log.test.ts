/** What a line of the log looks like. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type LogFormat, type LogLevel } from '../../src/syncer/log.ts';

function lines(format: LogFormat, level: LogLevel = 'debug') {
  const written: string[] = [];
  const log = createLog({
    level,
    format,
    write: (line) => written.push(line),
    now: () => new Date('2026-01-02T03:04:05.678Z'),
  });
  return { log, written };
}

test('json: one object a line, the message first', () => {
  const { log, written } = lines('json');

  log.info('created', { elasticweb: 'test/shop', generation: 3, difference: undefined });

  assert.deepEqual(written, [
    '{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"created","elasticweb":"test/shop","generation":3}\n',
  ]);
});

test('text: for people, with values quoted where they are more than a word', () => {
  const { log, written } = lines('text');

  log.warn('watch failed', { kind: 'Service', error: 'two\nlines "quoted"', missing: undefined, count: 0 });

  assert.deepEqual(written, ['03:04:05 warn  watch failed kind=Service error="two\\nlines \\"quoted\\"" count=0\n']);
});

test('what a user wrote cannot forge a line, in either format', () => {
  for (const format of ['json', 'text'] as const) {
    const { log, written } = lines(format);

    log.error('pass failed', { elasticweb: 'x', error: 'a\n{"level":"info","message":"forged"}\u2028\u0007' });

    assert.equal(written.length, 1);
    assert.equal(written[0]?.trimEnd().split('\n').length, 1);
  }
});

test('what a terminal would obey is escaped in either format, and JSON keeps its value', () => {
  const error = 'x\n\u001b[2J\u009b31m\u202e\u{e0001}';
  for (const format of ['json', 'text'] as const) {
    const { log, written } = lines(format);

    log.warn('pass failed', { error });

    assert.doesNotMatch(written[0]?.trimEnd() ?? '', /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    if (format === 'json') assert.equal((JSON.parse(written[0] ?? '') as { error: string }).error, error);
  }
});

test('less important lines are left out', () => {
  const { log, written } = lines('json', 'warn');

  log.debug('one');
  log.info('two');
  log.warn('three');
  log.error('four');

  assert.deepEqual(
    written.map((line) => (JSON.parse(line) as { message: string }).message),
    ['three', 'four'],
  );
});
