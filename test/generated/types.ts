/** How the schema reads as TypeScript: one interface a named schema, descriptions as doc comments. */

import type { Schema } from '../../src/api/schema.ts';

/**
 * The text of `src/api/types.ts`.
 *
 * Every named schema becomes an interface as a user writes it; one that has defaults, itself or below, becomes a second interface
 * `DefaultedNAME` as it is read after the defaults were filled in.
 */
export function typesFrom(named: Readonly<Record<string, Schema>>): string {
  const interfaces = Object.entries(named).flatMap(([name, schema]) => {
    const written = interfaceOf(name, schema, named, false);
    return hasDefaults(schema) ? [written, interfaceOf(`Defaulted${name}`, schema, named, true)] : [written];
  });
  return [
    '/** The TypeScript types of an ElasticWeb. Generated from the schema by `npm run generate`; do not edit. */\n',
    'export type IntOrString = number | string;\n',
    ...interfaces,
  ].join('\n');
}

type Named = Readonly<Record<string, Schema>>;

function interfaceOf(name: string, schema: Schema, named: Named, defaulted: boolean): string {
  return `${comment(schema, '')}export interface ${name} ${members(schema, named, defaulted, '')}\n`;
}

function members(schema: Schema, named: Named, defaulted: boolean, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties ?? {}).map(([field, value]) => {
    const present = (schema.required?.includes(field) ?? false) || (defaulted && value.default !== undefined);
    return `${comment(value, inner)}${inner}readonly ${field}${present ? '' : '?'}: ${typeOf(value, named, defaulted, inner)};`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function typeOf(schema: Schema, named: Named, defaulted: boolean, indent: string): string {
  // Told by its properties, so that a copy with another description still has the name.
  const name = Object.keys(named).find((key) => named[key]?.properties === schema.properties && schema.properties);
  if (name !== undefined) return defaulted && hasDefaults(schema) ? `Defaulted${name}` : name;
  if (schema['x-kubernetes-int-or-string']) return 'IntOrString';
  if (schema.enum) return schema.enum.map((word) => `'${word}'`).join(' | ');
  if (schema.items) return `readonly ${wrapped(typeOf(schema.items, named, defaulted, indent))}[]`;
  if (schema.additionalProperties) {
    return `Readonly<Record<string, ${typeOf(schema.additionalProperties, named, defaulted, indent)}>>`;
  }
  switch (schema.type) {
    case 'object':
      return members(schema, named, defaulted, indent);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
      return schema.type;
    default:
      throw new Error(`A schema without items or type has no TypeScript type: ${JSON.stringify(schema)}`);
  }
}

const wrapped = (type: string): string => (type.includes(' | ') ? `(${type})` : type);

function comment({ description, default: byDefault }: Schema, indent: string): string {
  const lines = [
    ...(description === undefined ? [] : [description]),
    ...(byDefault === undefined ? [] : [`@default ${JSON.stringify(byDefault)}`]),
  ];
  if (lines.length < 2) return lines.map((line) => `${indent}/** ${line} */\n`).join('');
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function hasDefaults(schema: Schema): boolean {
  return Object.values(schema.properties ?? {}).some((value) => value.default !== undefined || hasDefaults(value));
}
