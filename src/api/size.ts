/** How large a spec may be. Pure. */

import { within } from './check.ts';
import { isObject } from './defaults.ts';
import type { ElasticWebSpec } from './types.ts';

/**
 * So many characters may all names and values of a spec have together, with two more for each of them.
 *
 * Some twenty times what real ones have. The schema bounds each text and most lists, but not their product, and the API server takes objects of 1.5 MB:
 * a few hundred thousand empty conditions of affinity, each of which costs whoever reads them a hundred times its length.
 */
export const MAX_SPEC_SIZE = 128 * 1024;

const placeholder = (fields: Partial<ElasticWebSpec>) => Object.freeze(fields) as ElasticWebSpec;
const TOO_LARGE = placeholder({});
const TOO_LARGE_AND_SUSPENDED = placeholder({ suspend: true });

/** Stands for a spec that is too large where it is not worth keeping. Whether it is suspended can still be seen. */
export function tooLarge({ suspend }: ElasticWebSpec): ElasticWebSpec {
  return suspend === true ? TOO_LARGE_AND_SUSPENDED : TOO_LARGE;
}

/** Whether it is one of these. */
export function isPlaceholder(spec: unknown): boolean {
  return spec === TOO_LARGE || spec === TOO_LARGE_AND_SUSPENDED;
}

/** Whether a spec is larger than that. Looks no further than that, so that it takes a few milliseconds at most. */
export function isTooLarge(spec: unknown): boolean {
  return isPlaceholder(spec) || sizeOf(spec) > MAX_SPEC_SIZE;
}

/** What validate.ts tells of one that is. Where the spec itself is there, it names the part to look at first; the same for the same spec. */
export function tooLargeMessage(spec: unknown): string {
  return `must be smaller: its names and values have more than ${MAX_SPEC_SIZE} characters in all${largestPart(spec)}`;
}

/** The end of a sentence. Measures each field no further than all together may be, and none where there are more than a spec can have. */
function largestPart(spec: unknown): string {
  const fields = isObject(spec) && !isPlaceholder(spec) ? Object.entries(spec) : [];
  if (fields.length > MOST_FIELDS) return '';
  let largest = { name: '', size: -1 };
  for (const [name, value] of fields) {
    const size = sizeOf({ [name]: value });
    if (size > MAX_SPEC_SIZE) return `; ${within('', name)} alone has more`;
    if (size > largest.size) largest = { name, size };
  }
  return largest.size < 0 ? '' : `; ${within('', largest.name)} has the most`;
}
const MOST_FIELDS = 100;

/** The size of what has a size of at most `MAX_SPEC_SIZE`, and of anything else a number above that. */
function sizeOf(whole: unknown): number {
  const left: unknown[] = [whole];
  // What holds itself, as YAML can write it, is not too large but no JSON; others say so.
  const seen = new Set<unknown>();
  let size = 0;
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') size += value.length;
    if (size > MAX_SPEC_SIZE) break;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const inner: unknown[] = Object.values(value);
    size += 2 * inner.length;
    if (size <= MAX_SPEC_SIZE && inner.length > 0 && !Array.isArray(value)) size += Object.keys(value).join('').length;
    if (size > MAX_SPEC_SIZE) break;
    for (const one of inner) left.push(one);
  }
  return size;
}
