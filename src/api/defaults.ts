/** What a field is when nobody says: fills in the defaults of a schema, as the API server does on the way in. */

import type { Json, Schema } from './schema.ts';

/**
 * The value with the schema's defaults filled in, as a new value; the argument stays as it is.
 *
 * As in Kubernetes, a default does not create its parents, an empty parent that is itself a default gets its children's, and
 * a null in an object counts as absent. So does undefined, which only code can write.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
 */
export function withDefaults(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => withDefaults(item, items));
  }
  if (!isObject(value)) return value;
  const filled = new Map<string, unknown>();
  for (const [key, child] of Object.entries(value)) {
    const childSchema = schemaOf(schema, key);
    if (child === undefined || (child === null && childSchema !== undefined)) continue;
    filled.set(key, childSchema === undefined ? child : withDefaults(child, childSchema));
  }
  for (const [key, childSchema] of Object.entries(schema.properties ?? {})) {
    if (!filled.has(key) && childSchema.default !== undefined) {
      filled.set(key, withDefaults(childSchema.default satisfies Json, childSchema));
    }
  }
  // Not an object literal: with it, a key such as __proto__ would set the prototype.
  return Object.fromEntries(filled);
}

/** The value without the fields that the schema does not have, as a new value; of what does not fit the schema, it says nothing. */
export function knownFields(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return value.map((item) => knownFields(item, schema.items ?? {}));
  if (!isObject(value) || (schema.properties ?? schema.additionalProperties) === undefined) return value;
  const known = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    const childSchema = schemaOf(schema, key);
    return childSchema === undefined ? [] : [[key, knownFields(child, childSchema)]];
  });
  return Object.fromEntries(known);
}

/** The schema of the value under `key`, if the schema knows it. */
export function schemaOf(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
}

/** Whether the value is a JSON object: not null, not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
