/** When somebody at a terminal hears how far long work has come. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../src/cli/progress.ts';

function watched(terminal: { readonly isTTY?: boolean }, env: Record<string, string> = {}) {
  const seen: string[] = [];
  let nowMs = 0;
  const stderr = { ...terminal, write: (text: string) => seen.push(text) };
  const progress = new Progress({ stderr, env }, () => nowMs);
  return { seen, progress, at: (ms: number) => (nowMs = ms) };
}

test('what takes longer than a second is told, again and again in one line, and taken away at the end', () => {
  const { seen, progress, at } = watched({ isTTY: true });
  progress.tell('1 of 3');
  assert.deepEqual(seen, []);
  at(1_000);
  progress.tell('2 of 3');
  progress.tell('2 of 3');
  at(1_200);
  progress.tell('3 of 3');
  progress.clear();
  progress.clear();
  assert.deepEqual(seen, ['\r\u001b[K2 of 3', '\r\u001b[K3 of 3', '\r\u001b[K']);
});

test('a pipe and a terminal that can do nothing hear nothing', () => {
  for (const { seen, progress, at } of [watched({}), watched({ isTTY: true }, { TERM: 'dumb' })]) {
    at(5_000);
    progress.tell('2 of 3');
    progress.clear();
    assert.deepEqual(seen, []);
  }
});
