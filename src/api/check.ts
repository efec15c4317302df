/** Whether a value fits a schema, and if not, where and why. */

import { isObject, schemaOf } from './defaults.ts';
import { cutTo, printable } from './printable.ts';
import type { Schema } from './schema.ts';

/** One thing that is wrong. */
export interface FieldError {
  /** Where, such as `spec.env[0].name`; empty for the whole resource. */
  readonly path: string;
  /** What was expected and what was found, as the end of a sentence. */
  readonly message: string;
}

/** The message about a field that the schema does not have. */
export const UNKNOWN_FIELD = 'is not a known field';

/** The largest double whose JSON is an int64; the API server takes what is larger for a number that is not whole. */
const INT64_MAX = 2 ** 63 - 1024;

/** Everything in the value that does not fit the schema. Defaults are not filled in. */
export function schemaErrors(value: unknown, schema: Schema, path: string): FieldError[] {
  const fits = (holds: boolean): FieldError[] =>
    holds ? [] : [{ path, message: `must be ${describe(schema)}, got ${show(value)}` }];
  switch (schema['x-kubernetes-int-or-string'] ? 'intOrString' : schema.type) {
    case 'object':
      return isObject(value) ? objectErrors(value, schema, path) : fits(false);
    case 'array':
      return Array.isArray(value) ? listErrors(value, schema, path) : fits(false);
    case 'string':
      return fits(typeof value === 'string' && isText(value, schema));
    case 'integer':
      return fits(isInteger(value, schema));
    case 'intOrString':
      return fits(typeof value === 'string' ? isText(value, schema) : isInteger(value, schema));
    case 'number':
      return fits(typeof value === 'number');
    case 'boolean':
      return fits(typeof value === 'boolean');
    default:
      return [];
  }
}

function objectErrors(value: Readonly<Record<string, unknown>>, schema: Schema, path: string): FieldError[] {
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  const { maxProperties = Infinity, required = [], properties } = schema;
  return [
    ...(entries.length > maxProperties
      ? [{ path, message: `must have at most ${maxProperties} entries, got ${entries.length}` }]
      : []),
    ...required
      .filter((field) => value[field] === undefined)
      .map((field) => ({ path: within(path, field), message: 'is required' })),
    ...entries.flatMap(([key, child]) => {
      const childSchema = schemaOf(schema, key);
      if (childSchema !== undefined) return schemaErrors(child, childSchema, within(path, key));
      // An object of which nothing is said may hold anything.
      return properties === undefined ? [] : [{ path: within(path, key), message: UNKNOWN_FIELD }];
    }),
  ];
}

function listErrors(value: readonly unknown[], schema: Schema, path: string): FieldError[] {
  const { minItems = 0, maxItems = Infinity, items = {} } = schema;
  return [
    ...(value.length < minItems || value.length > maxItems
      ? [{ path, message: `must have ${minItems} to ${maxItems} items, got ${value.length}` }]
      : []),
    ...value.flatMap((item, index) => schemaErrors(item, items, `${path}[${index}]`)),
    ...repeated(value, schema['x-kubernetes-list-map-keys'] ?? [], path),
  ];
}

/** The items that have the keys of an earlier one. */
function repeated(value: readonly unknown[], keys: readonly string[], path: string): FieldError[] {
  if (keys.length === 0) return [];
  const seen = new Set<string>();
  return value.flatMap((item, index) => {
    const key = keys.map((field) => (isObject(item) ? item[field] : undefined));
    const message = `must not repeat ${keys.join(', ')} ${key.map(show).join(', ')}`;
    return seen.size === seen.add(asJson(key)).size ? [{ path: `${path}[${index}]`, message }] : [];
  });
}

function isText(value: string, { minLength = 0, maxLength = Infinity, pattern, enum: words }: Schema): boolean {
  // Characters are code points, as in the API server.
  const { length } = Array.from(value);
  if (length < minLength || length > maxLength) return false;
  if (words !== undefined && !words.includes(value)) return false;
  return pattern === undefined || new RegExp(pattern, 'u').test(value);
}

function isInteger(value: unknown, { minimum = -INT64_MAX, maximum = INT64_MAX }: Schema): boolean {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

/** What the schema allows, in words. */
function describe(schema: Schema): string {
  const { minimum, maximum, maxLength, pattern } = schema;
  const number =
    minimum === undefined && maximum === undefined
      ? 'a whole number'
      : `a whole number ${maximum === undefined ? `of at least ${minimum ?? '?'}` : `from ${minimum ?? '?'} to ${maximum}`}`;
  const text = [
    (schema.minLength ?? 0) > 0 ? 'a non-empty text' : 'a text',
    ...(maxLength === undefined ? [] : [`of at most ${maxLength} characters`]),
    ...(pattern === undefined ? [] : [`that matches ${pattern}`]),
  ].join(' ');
  if (schema['x-kubernetes-int-or-string']) return `${number} or ${text}`;
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'integer':
      return number;
    case 'string':
      return text;
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'boolean':
      return 'true or false';
    case 'number':
      return 'a number';
    default:
      return 'anything';
  }
}

/** The path of a field or of a map's entry: `spec.port`, and `spec.podLabels["a b"]` where a dot would mislead. */
export function within(path: string, key: string): string {
  if (!/^[-\w./]{1,253}$/.test(key)) return `${path}[${show(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** The value as an error quotes it: short, and without the characters that a terminal or a log would obey. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return cutTo(printable(asJson(value)), 80, '...');
}

/** Also of what is no JSON: props come from code, and a YAML document may refer to itself. */
function asJson(value: unknown): string {
  try {
    // What it says about functions and symbols is not in its type.
    const json = JSON.stringify(value) as string | undefined;
    return json ?? typeof value;
  } catch {
    return typeof value === 'bigint' ? `${value}n` : 'a value that is not JSON';
  }
}
