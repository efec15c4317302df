/** Which field was probably meant by one that does not exist. */

import { UNKNOWN_FIELD, type FieldError } from '../api/check.ts';
import { METADATA } from '../api/metadata.ts';
import { resourceSchema } from '../api/resource.ts';
import type { Schema } from '../api/schema.ts';

const RESOURCE: Schema = { ...resourceSchema, properties: { ...resourceSchema.properties, metadata: METADATA } };

/** The error with the likely field added to its message, if it is about an unknown field and one is near. */
export function withSuggestion(error: FieldError): FieldError {
  if (error.message !== UNKNOWN_FIELD) return error;
  const { unknown, known } = unknownField(error.path, RESOURCE);
  const meant = nearest(unknown, known);
  return meant === undefined ? error : { ...error, message: `${UNKNOWN_FIELD}, did you mean ${meant}?` };
}

/** The last part of the path, and the fields that exist in its place. It may hold dots; the parts before it are fields without any. */
function unknownField(path: string, schema: Schema): { unknown: string; known: readonly string[] } {
  const { properties = {}, items } = schema;
  const [, field = '', rest = ''] = /^\.?(\w+)(.*)$/s.exec(path) ?? [];
  const child = Object.hasOwn(properties, field) ? properties[field] : undefined;
  if (child !== undefined && rest !== '') return unknownField(rest, child);
  const [index = ''] = /^\[\d+\]/.exec(path) ?? [];
  if (items !== undefined && index !== '') return unknownField(path.slice(index.length), items);
  return { unknown: path.replace(/^\./, ''), known: Object.keys(properties) };
}

/**
 * The word that differs least, if it differs little: by one letter in four, and by one in any case. Capitals do not count: `singlepodqps` is
 * `singlePodQPS`.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  // What is far longer than any field is no misspelling, and comparing it would take its time.
  if (word.length > 64) return undefined;
  const lower = word.toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** Letters to add, drop, replace or swap with their neighbour to make one word the other: the optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= b.length; column += 1) {
      const [letter, before] = [a[row - 1], a[row - 2]];
      const replace = at(row - 1, column - 1) + (letter === b[column - 1] ? 0 : 1);
      const swap = letter === b[column - 2] && before === b[column - 1] ? at(row - 2, column - 2) + 1 : Infinity;
      current.push(Math.min(replace, swap, at(row - 1, column) + 1, at(row, column - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
