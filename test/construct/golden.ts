/** Text that is known to be right, kept in a file: a test compares with it, and `UPDATE_GOLDEN=1 npm run test:unit` rewrites it. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'golden');
const updating = process.env.UPDATE_GOLDEN === '1';

/** Asserts that the text is that of golden/NAME.yaml. */
export function assertGolden(name: string, text: string): void {
  const path = join(folder, `${name}.yaml`);
  if (updating) writeFileSync(path, text);
  assert.equal(
    text,
    read(path),
    `golden/${name}.yaml differs; if it should: UPDATE_GOLDEN=1 npm run test:unit, and read what changed`,
  );
}

/** The names of all golden files. */
export function goldenNames(): string[] {
  return readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The difference then shows the whole text.
  }
}
