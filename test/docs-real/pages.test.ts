/** Every command in the documentation is run, page by page, as a reader would from the top of the page to its end. */

import { describe, test } from 'node:test';
import { pagePaths, readPage } from '../docs/page.ts';
import { makeReader } from '../docs/reader.ts';
import { isStory, play } from '../docs/story.ts';

/** Far above what a page needs on a busy machine. */
const TIMEOUT_MS = 900_000;

// A page waits for its cluster most of the time.
describe('each page can be followed:', { concurrency: 2 }, () => {
  for (const path of pagePaths()) {
    test(path, async (context) => {
      const page = readPage(path);
      for (const { line, notRun } of page.blocks) {
        if (notRun !== undefined) context.diagnostic(`${path}:${line} is not run: ${notRun}`);
      }
      if (!isStory(page)) return;
      await using reader = await makeReader(page);
      await play(page, { ...reader, timeoutMs: TIMEOUT_MS });
    });
  }
});
