/** The readings of a tick, which are told as they come, all together. */

import assert from 'node:assert/strict';
import type { Reading } from '../../src/scaling/reading.ts';

/** Waits for the end of the tick. Nobody is told of twice. */
export async function gathered(
  pieces: AsyncIterable<ReadonlyMap<string, Reading>>,
): Promise<ReadonlyMap<string, Reading>> {
  const all = new Map<string, Reading>();
  for await (const readings of pieces) {
    for (const [key, reading] of readings) {
      assert.ok(!all.has(key), `${key} has two readings`);
      all.set(key, reading);
    }
  }
  return all;
}
