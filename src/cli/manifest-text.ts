/** Manifests as text that kubectl reads back as the same manifests. */

import { Document, visit, type Tags } from 'yaml';
import type { Manifest } from '../construct/manifest.ts';
import { resolvePlainScalar } from './plain-scalar.ts';

/** YAML documents as cdk8s prints them, or one JSON `List`. Same manifests, same bytes. */
export function stringifyManifests(manifests: readonly Manifest[], format: 'yaml' | 'json'): string {
  if (format === 'json') return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }, null, 2)}\n`;
  return manifests.map((manifest) => yamlOf(manifest)).join('---\n');
}

/** A value as YAML that kubectl reads back as the same value. Sorted: with the keys of each object in the order of the alphabet. */
export function yamlOf(value: unknown, { sorted = false }: { readonly sorted?: boolean } = {}): string {
  // Version 1.1 as in cdk8s: text that an older parser would take for a date or a number is quoted.
  const document = new Document(value, {
    version: '1.1',
    aliasDuplicateObjects: false,
    customTags: withoutMerge,
    sortMapEntries: sorted,
  });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && needsQuotes(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return document
    .toString({ lineWidth: 0 })
    .replaceAll(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** With it, the library takes the key `<<` for a merge, and writes it without quotes. */
const withoutMerge = (tags: Tags): Tags => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':merge'));

/** Characters that YAML 1.1 takes for line breaks or refuses, so that they are written as escapes. */
const ESCAPED = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Text that kubectl would read as something else, or refuse, where the library sees nothing wrong with it. */
function needsQuotes(text: string): boolean {
  const isOtherwise = typeof resolvePlainScalar(text) !== 'string' || text === '<<';
  // Of a block of lines, the parser of kubectl misreads these.
  const isOddlyIndented = /^ *\t|^ +\n/m.test(text);
  return isOtherwise || isOddlyIndented || text.search(ESCAPED) >= 0;
}
