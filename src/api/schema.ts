/** What a field may hold: the structural OpenAPI v3 schema that Kubernetes understands, and short ways to write it. */

/** A structural schema as a CustomResourceDefinition carries it; nothing here is ours alone. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly default?: Json;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: 'int32' | 'int64' | 'date-time';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic';
  readonly 'x-kubernetes-validations'?: readonly SchemaRule[];
}

/** One CEL rule of a schema. */
export interface SchemaRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The largest int32. Kubernetes counts replicas, ports and seconds in int32. */
export const INT32_MAX = 2_147_483_647;

type Extra = Omit<Schema, 'type' | 'description' | 'properties' | 'items' | 'additionalProperties'>;

/** Text; at most 1024 characters unless said otherwise. */
export function text(description: string, extra: Extra = {}): Schema {
  return { type: 'string', description, maxLength: 1024, ...extra };
}

/** One of the words. */
export function oneOf(description: string, words: readonly string[], extra: Extra = {}): Schema {
  return { type: 'string', description, enum: words, ...extra };
}

/** A whole number from `minimum` to `maximum`, at most the largest int32. */
export function int32(
  description: string,
  { minimum = 0, maximum = INT32_MAX, ...extra }: Extra & { minimum?: number; maximum?: number } = {},
): Schema {
  return { type: 'integer', format: 'int32', description, minimum, maximum, ...extra };
}

export function bool(description: string, extra: Extra = {}): Schema {
  return { type: 'boolean', description, ...extra };
}

/** A number or the name of a port. */
export function portOrName(description: string): Schema {
  return { 'x-kubernetes-int-or-string': true, description, minimum: 1, maximum: 65_535, maxLength: 15 };
}

/** A port number. */
export function portNumber(description: string, extra: Extra = {}): Schema {
  return int32(description, { minimum: 1, maximum: 65_535, ...extra });
}

/** Kubernetes' quantity syntax without a sign: `250m`, `1.5`, `2Gi`, `1e3`. */
const QUANTITY = '^(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?[0-9]{1,2}))?$';

/** An amount, such as `250m` or `2Gi`. */
export function quantity(description: string): Schema {
  return { 'x-kubernetes-int-or-string': true, description, pattern: QUANTITY, minimum: 0, maxLength: 40 };
}

export function object(description: string, properties: Readonly<Record<string, Schema>>, extra: Extra = {}): Schema {
  return { type: 'object', description, properties, ...extra };
}

/** Free keys, all values of one schema. */
export function map(description: string, values: Schema, extra: Extra = {}): Schema {
  return { type: 'object', description, additionalProperties: values, maxProperties: 64, ...extra };
}

/** A list that is replaced as a whole, which is what Kubernetes does with a list unless told otherwise. */
export function list(description: string, items: Schema, extra: Extra = {}): Schema {
  return { type: 'array', description, items, maxItems: 64, ...extra };
}

/** A list whose items are known by `keys`, so that two writers can own different items. */
export function keyedList(description: string, keys: readonly string[], items: Schema, extra: Extra = {}): Schema {
  return list(description, items, {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    ...extra,
  });
}
