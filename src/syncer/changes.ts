/** What a write changed in an object, in words for people. Pure. */

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../kube/resource.ts';

/** More than these are counted only. */
const MOST_TOLD = 3;
/**
 * Values of environment variables, arguments, commands, annotations, headers, paths that are asked, and volumes are nobody's business who
 * may read Events. Their names are told.
 */
const MAY_BE_SECRET = /\.(env|args|command|annotations|httpHeaders|httpGet\.path|volumes)\b/;
/** Longer values are left out. */
const LONGEST_VALUE = 80;

/**
 * The fields that differ between two states of an object, but for the number of pods: `spec.template.spec.containers[web].image from nginx:1
 * to nginx:2, spec.ports[http-traffic].port from 80 to 81 and 2 more`. Empty if there are none.
 */
export function changesBetween(before: KubeObject, after: KubeObject): string {
  const changes = [
    ...differences('metadata.labels', before.metadata.labels, after.metadata.labels),
    ...differences('metadata.annotations', before.metadata.annotations, after.metadata.annotations),
    ...differences('metadata.ownerReferences', before.metadata.ownerReferences, after.metadata.ownerReferences),
    ...differences('spec', specOf(before), specOf(after)),
  ].filter(({ path }) => path !== 'spec.replicas');
  const told = changes.slice(0, MOST_TOLD).map(wordsOf).join(', ');
  return changes.length <= MOST_TOLD ? told : `${told} and ${changes.length - MOST_TOLD} more`;
}

interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

function* differences(path: string, from: unknown, to: unknown): Generator<Change> {
  if (isDeepStrictEqual(from, to)) return;
  const [before, after] = [fieldsOf(from), fieldsOf(to)];
  if (before === undefined || after === undefined) {
    yield { path, from, to };
    return;
  }
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const step = Array.isArray(to) ? `[${name}]` : `.${name}`;
    yield* differences(path + step, before.get(name), after.get(name));
  }
}

/** What is inside a value, by name; items of a list by theirs, where they have one. Undefined: nothing is. */
function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((item: unknown, index) => [nameOf(item) ?? String(index), item]));
}

function nameOf(item: unknown): string | undefined {
  const { name } = (item ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}

function wordsOf({ path, from, to }: Change): string {
  if (MAY_BE_SECRET.test(path)) return path;
  const [before, after] = [shown(from), shown(to)];
  return before === undefined || after === undefined ? path : `${path} from ${before} to ${after}`;
}

/** A plain value; what is larger is named by its field only. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return 'none';
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  return text.length <= LONGEST_VALUE ? text : undefined;
}

function specOf(object: KubeObject): unknown {
  return (object as KubeObject & { readonly spec?: unknown }).spec;
}
