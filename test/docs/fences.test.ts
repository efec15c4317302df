/** Every block of code in the documentation is what it says that it is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './fence.ts';
import { pagePaths, readPage } from './page.ts';

for (const path of pagePaths()) {
  test(`${path}: each block can be read by what reads its language`, () => {
    const problems = readPage(path).blocks.flatMap((block) =>
      problemsOf(block).map((problem) => `${path}:${block.line}: ${problem}`),
    );
    assert.equal(problems.join('\n'), '');
  });
}
