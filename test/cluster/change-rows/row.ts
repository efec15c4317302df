/** What a row of the tables of changes says. */

import type { ElasticWebSpec } from '../../../src/api/types.ts';

/** A value that the cluster picks. */
export const ANYTHING = Symbol('anything');

export interface ChangeRow {
  readonly name: string;
  /** Fields before the change, besides those of the smallest spec without pods. */
  readonly from?: Partial<ElasticWebSpec>;
  /** A merge patch of the spec: null removes. */
  readonly patch: Readonly<Record<string, unknown>>;
  /** Every path in the children that gets another value, with that value; undefined: it is gone. */
  readonly changed: Readonly<Record<string, unknown>>;
}

export const TEMPLATE = 'deployment.spec.template';
export const POD = `${TEMPLATE}.spec`;
export const CONTAINER = `${POD}.containers[0]`;
export const PORT = 'service.spec.ports[0]';

/** The values under one path. */
export function at(path: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([step, value]) => [`${path}${step}`, value]));
}

/** The same values, all gone. */
export function gone(...paths: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(paths.map((path) => [path, undefined]));
}
