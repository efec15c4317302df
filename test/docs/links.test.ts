/** Every link inside the repository leads somewhere. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { pagePaths, readPage, ROOT, type Link, type Page } from './page.ts';

const pages = new Map(pagePaths().map((path) => [path, readPage(path)]));

for (const page of pages.values()) {
  test(`${page.path}: each link leads to a file that is there, and to a heading that it has`, () => {
    const dead = page.links.filter((link) => !leadsSomewhere(page, link));
    assert.equal(dead.map(({ line, url }) => `${page.path}:${line}: ${url}`).join('\n'), '');
  });
}

function leadsSomewhere({ path }: Page, { url }: Link): boolean {
  if (/^([a-z]+:|\/\/)/.test(url)) return true; // Elsewhere in the world.
  const [file = '', anchor] = decodeURIComponent(url).split('#');
  const target = file === '' ? path : normalize(join(dirname(path), file));
  if (target.startsWith('..') || !existsSync(join(ROOT, target))) return false;
  return anchor === undefined || (pages.get(target)?.anchors.has(anchor) ?? false);
}
