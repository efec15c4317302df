/** What a row of the table says, and short ways to write many. */

import { elasticWeb, EVERYTHING, placeOf, valueAt, withValue, type Json, type JsonObject } from '../objects.ts';

/** An object and the verdict on it, of the offline validator and of the API server alike. */
export interface Case {
  readonly name: string;
  readonly object: Json;
  /** The paths of what is wrong; none: the object is valid. */
  readonly errors: readonly string[];
}

export const valid = (name: string, object: Json): Case => ({ name, object, errors: [] });
export const invalid = (name: string, object: Json, ...errors: readonly string[]): Case => ({ name, object, errors });

/** One field: values that it may have, and values that it may not. */
export interface FieldRow {
  /** Such as `spec.env[0].name`. */
  readonly at: string;
  readonly good?: readonly Json[];
  readonly bad?: readonly Json[];
  /** Whether it must be there. An optional field may also be null, which counts as absent. */
  readonly required?: boolean;
  /** The object in which it is changed. @default `around(at)` */
  readonly base?: JsonObject;
}

/** The cases of a field: every good and bad value, null, and absence. */
export function fieldCases({ at, good = [], bad = [], required = false, base = around(at) }: FieldRow): Case[] {
  const place = placeOf(at);
  const isListItem = typeof place.at(-1) === 'number';
  const verdict = (wrong: boolean) => (wrong ? [at] : []);
  return [
    ...good.map((value) => valid(`${at} = ${show(value)}`, withValue(base, place, value))),
    ...bad.map((value) => invalid(`${at} = ${show(value)}`, withValue(base, place, value), at)),
    { name: `${at} = null`, object: withValue(base, place, null), errors: verdict(required || isListItem) },
    ...(isListItem
      ? []
      : [{ name: `${at} absent`, object: withValue(base, place, undefined), errors: verdict(required) }]),
  ];
}

/** The least ElasticWeb, with that part of EVERYTHING in which the field is: quicker to judge than all of it. */
function around(at: string): JsonObject {
  const [root, field] = placeOf(at);
  const value = root === 'spec' && field !== undefined ? valueAt(EVERYTHING, [root, field]) : undefined;
  return value === undefined ? elasticWeb() : elasticWeb({ [String(field)]: value });
}

/** Something in an object that nobody knows. */
export function unknownField(at: string, base: JsonObject = around(at)): Case {
  return invalid(`${at} is unknown`, withValue(base, placeOf(at), 1), at);
}

/** A text of so many letters. */
export const letters = (count: number): string => 'x'.repeat(count);

/** So many entries `key1: value`. */
export const entries = (count: number, value: Json): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, value]));

/** So many times the item; a function gets the number of each. */
export const items = (count: number, item: Json | ((index: number) => Json)): Json[] =>
  Array.from({ length: count }, (_, index) => (typeof item === 'function' ? item(index) : item));

/** The value as the name of a row. */
export function show(value: Json): string {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 40)}... (${json.length} characters)` : json;
}

// What many fields have in common.
export const INT32_MAX = 2_147_483_647;
export const notNumbers: readonly Json[] = ['1', true, {}];
export const notTexts: readonly Json[] = [1, false, ['x']];
export const notBooleans: readonly Json[] = ['true', 1, {}];
export const notLists: readonly Json[] = ['x', 1, { 0: 'x' }];
export const notObjects: readonly Json[] = ['x', 1, [{}]];
/** Neither a whole number nor near the int32 limits. */
export const notInt32: readonly Json[] = [-1, 1.5, INT32_MAX + 1, 1e300, ...notNumbers];
