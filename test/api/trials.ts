/** What each field of an ElasticWeb is tried with: from its schema, not from what its author thought of. */

import { resourceSchema } from '../../src/api/resource.ts';
import type { Schema } from '../../src/api/schema.ts';
import { isObject, type Json, type JsonObject, type Place, placesIn, valueAt, withValue } from './objects.ts';

/** One change of one field. */
export interface Trial {
  readonly place: Place;
  /** Such as `at its maximum`. */
  readonly what: string;
  /** Undefined takes the field away. */
  readonly value: Json | undefined;
}

/** Every field of the object's spec, missing, of a wrong type, at its bounds and beyond, and with each of its words. */
export function trialsOf(object: JsonObject): Trial[] {
  return placesIn(object)
    .filter(([root, ...rest]) => root === 'spec' && rest.length > 0)
    .flatMap((place) => {
      const schema = schemaAt(resourceSchema, place);
      const here = valueAt(object, place);
      const values = schema === undefined || here === undefined ? [] : valuesOf(schema, here);
      return [['missing', undefined] as const, ['null', null] as const, ...values].map(([what, value]) => ({
        ...{ place, what, value },
      }));
    });
}

/** The object after a trial. */
export function tried(object: JsonObject, { place, value }: Trial): JsonObject {
  return withValue(object, place, value);
}

/** `spec.env[0].name at its maximum`. */
export function nameOfTrial({ place, what }: Trial): string {
  return `${place
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .slice(1)} ${what}`;
}

function schemaAt(schema: Schema, [key, ...rest]: Place): Schema | undefined {
  if (key === undefined) return schema;
  const child = typeof key === 'number' ? schema.items : (schema.properties?.[key] ?? schema.additionalProperties);
  return child && schemaAt(child, rest);
}

type Value = readonly [what: string, value: Json];

function valuesOf(schema: Schema, here: Json): Value[] {
  if (schema['x-kubernetes-int-or-string']) {
    return [
      ...(['0', '1', '50%', 'x', ''] as const).map((value): Value => [`as text '${value}'`, value]),
      ...([0, 1, -1, 0.5] as const).map((value): Value => [`as number ${value}`, value]),
      ['as a list', []],
    ];
  }
  if (schema.enum) return [...schema.enum.map((word): Value => [word, word]), ['a word of no meaning', 'Bogus']];
  switch (schema.type) {
    case 'integer':
    case 'number':
      return [...bounds(schema), ['as text', JSON.stringify(here)], ['with a fraction', Number(here) + 0.5]];
    case 'string': {
      const most = schema.maxLength ?? 1024;
      return [
        ['empty', ''],
        ['as long as may be', 'x'.repeat(most)],
        ['too long', 'x'.repeat(most + 1)],
        ['with a line break', 'a\nb'],
        ['as a number', 5],
      ];
    }
    case 'boolean':
      return [
        ['true', true],
        ['false', false],
        ['as text', 'true'],
      ];
    case 'array':
      return [
        ['empty', []],
        ['twice as long', Array.isArray(here) ? [...here, ...here] : []],
        ['too long', Array.from({ length: (schema.maxItems ?? 1000) + 1 }, () => firstOf(here))],
        ['as text', 'x'],
      ];
    case 'object':
      return [
        ['empty', {}],
        ['with a stranger', isObject(here) ? { ...here, bogus: 'x' } : {}],
        ['as a list', []],
        ['as text', 'x'],
      ];
    default:
      return [];
  }
}

function bounds({ minimum, maximum }: Schema): Value[] {
  const least: Value[] =
    minimum === undefined
      ? []
      : [
          ['at its minimum', minimum],
          ['below its minimum', minimum - 1],
        ];
  const most: Value[] =
    maximum === undefined
      ? []
      : [
          ['at its maximum', maximum],
          ['above its maximum', maximum + 1],
        ];
  return [...least, ...most];
}

function firstOf(list: Json): Json {
  return Array.isArray(list) ? (list[0] ?? null) : null;
}
