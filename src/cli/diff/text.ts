/** Two states of an object as a unified diff of their YAML. */

import { structuredPatch } from 'diff';
import { printable } from '../../api/printable.ts';
import type { KubeObject } from '../../kube/resource.ts';
import { yamlOf } from '../manifest-text.ts';
import { shown } from './shown.ts';

/** An object before and after; one of them may be missing. */
export interface Change {
  /** `Deployment shop/web` */
  readonly object: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** Lines around each difference, as diff -u has them. */
const CONTEXT = 3;
const NOTHING = '/dev/null';

const SGR = { header: 1, hunk: 36, removed: 31, added: 32 } as const;

/** The lines of the diff; none where both states look the same. */
export function diffLines({ object, before, after }: Change, { color }: { readonly color: boolean }): string[] {
  const [old, now] = [textOf(before), textOf(after)];
  const { hunks } = structuredPatch('', '', old, now, undefined, undefined, { context: CONTEXT });
  if (hunks.length === 0) return [];
  const paint = (line: string, code: number): string => (color ? `\u001b[${code}m${line}\u001b[0m` : line);
  const name = printable(object);
  return [
    paint(`--- ${before === undefined ? NOTHING : name}`, SGR.header),
    paint(`+++ ${after === undefined ? NOTHING : name}`, SGR.header),
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      paint(`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`, SGR.hunk),
      ...lines
        .map(printable)
        .map((line) =>
          line.startsWith('-') ? paint(line, SGR.removed) : line.startsWith('+') ? paint(line, SGR.added) : line,
        ),
    ]),
  ];
}

function textOf(object: KubeObject | undefined): string {
  return object === undefined ? '' : yamlOf(shown(object), { sorted: true });
}

/** The lines of a hunk in diff -u's notation: of none, the line before which they would be. */
function range(start: number, count: number): string {
  if (count === 1) return String(start);
  return `${count === 0 ? start - 1 : start},${count}`;
}
