/**
 * A page of the documentation as what it asks of its reader: blocks of code, links, and what it can be linked to.
 *
 * Everything in a page is run or checked, unless the page itself says otherwise, in comments that a reader of the rendered page does not see:
 *
 * - `<!-- run with: cluster -->` anywhere: what its reader has at hand; `reader.ts` knows the words.
 * - `<!-- file: web.yaml -->` before a block: the reader saves it under that name.
 * - `<!-- first: COMMANDS -->` before a block: what has happened before, and is not told here.
 * - `<!-- not run: REASON -->` before a block that no test can run.
 *
 * `console` blocks show output: of the commands behind `$ ` in them, or else of the block before.
 */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import type { Html, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString } from 'mdast-util-to-string';

export const ROOT = join(import.meta.dirname, '../..');

export interface Page {
  /** From the root of the repository: `docs/cdk8s.md`. */
  readonly path: string;
  /** What it is run with. */
  readonly needs: readonly string[];
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** What may stand behind `#` in a link to it. */
  readonly anchors: ReadonlySet<string>;
}

/** A block of code. */
export interface Block {
  /** Of the fence. */
  readonly line: number;
  /** As the fence says; empty if it does not. */
  readonly language: string;
  readonly text: string;
  readonly file: string | undefined;
  readonly first: Comment | undefined;
  /** Why no test runs it. */
  readonly notRun: string | undefined;
}

export interface Link {
  readonly line: number;
  readonly url: string;
}

/** What a comment says behind its word. */
export interface Comment {
  readonly line: number;
  readonly value: string;
}

/** The paths of all pages. */
export function pagePaths(root = ROOT): string[] {
  return globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
}

/** @throws Error that names the line, if a comment is not one of those above */
export function readPage(path: string, root = ROOT): Page {
  return parsePage(path, readFileSync(join(root, path), 'utf8'));
}

/** `readPage` for a text. */
export function parsePage(path: string, text: string): Page {
  const blocks: Block[] = [];
  const links: Link[] = [];
  const needs: string[] = [];
  const anchors = new Set<string>();
  const slugger = new GithubSlugger();
  const pending: ParsedComment[] = [];

  const refusePending = (): void => {
    if (pending[0] === undefined) return;
    throw new Error(`${path}:${pending[0].line}: <!-- ${pending[0].word} --> stands before no block of code`);
  };
  const visit = (node: Nodes): void => {
    const line = lineOf(node);
    const comment = node.type === 'html' ? commentOf(path, node) : undefined;
    if (comment === undefined && node.type !== 'code') refusePending();
    if (comment?.word === 'run with') needs.push(...comment.value.split(',').map((need) => need.trim()));
    else if (comment !== undefined) pending.push(comment);
    else if (node.type === 'code') {
      const { lang, value } = node;
      blocks.push({ line, language: lang ?? '', text: value, ...wordsFor(path, pending.splice(0)) });
    } else if (node.type === 'heading') anchors.add(slugger.slug(toString(node)));
    else if (node.type === 'html') {
      for (const [, name, value = ''] of node.value.matchAll(/\b(id|name|href|src)="([^"]*)"/g)) {
        if (name === 'id' || name === 'name') anchors.add(value);
        else links.push({ line, url: value });
      }
    } else if (node.type === 'link' || node.type === 'image' || node.type === 'definition') {
      links.push({ line, url: node.url });
    }
    if ('children' in node) node.children.forEach(visit);
  };
  visit(fromMarkdown(text));
  refusePending();
  return { path, needs, blocks, links, anchors };
}

type Word = 'run with' | 'file' | 'first' | 'not run';

interface ParsedComment extends Comment {
  readonly word: Word;
}

/** A comment of ours, if it is one. */
function commentOf(path: string, node: Html): ParsedComment | undefined {
  const [, word, value] = /^<!--\s*(run with|file|first|not run)\b(?::\s*(.*?))?\s*-->$/s.exec(node.value) ?? [];
  if (word === undefined) return undefined;
  const line = lineOf(node);
  if (!value) throw new Error(`${path}:${line}: <!-- ${word}: ... --> says nothing behind its colon`);
  return { word: word as Word, value, line };
}

/** What the comments before a block say of it. */
function wordsFor(path: string, comments: readonly ParsedComment[]): Pick<Block, 'file' | 'first' | 'notRun'> {
  const of = (word: Word): Comment | undefined => {
    const [one, second] = comments.filter((comment) => comment.word === word);
    if (second !== undefined) throw new Error(`${path}:${second.line}: a second <!-- ${word} --> before one block`);
    return one;
  };
  return { file: of('file')?.value, first: of('first'), notRun: of('not run')?.value };
}

const lineOf = (node: Nodes): number => node.position?.start.line ?? 0;
