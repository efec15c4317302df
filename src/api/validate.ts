/** Whether an ElasticWeb is one: the API server's verdict on schema and rules, without an API server. */

import { isObject, schemaOf, withDefaults } from './defaults.ts';
import { API_VERSION, KIND, resourceSchema, type ElasticWebObject } from './resource.ts';
import { RULES, type Rule } from './rules.ts';
import type { Schema } from './schema.ts';
import type { DefaultedElasticWebSpec } from './types.ts';

/** One thing that is wrong. */
export interface FieldError {
  /** Where, such as `spec.env[0].name`; empty for the whole resource. */
  readonly path: string;
  /** What was expected and what was found, as the end of a sentence. */
  readonly message: string;
}

/** A valid ElasticWeb with its defaults filled in. */
export interface DefaultedElasticWeb extends ElasticWebObject {
  readonly spec: DefaultedElasticWebSpec;
}

/** Either a valid resource, or everything that is wrong with it. */
export type Validation =
  | { readonly kind: 'valid'; readonly resource: DefaultedElasticWeb }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/**
 * Checks a resource as the API server would on creation with strict field validation: unknown fields, types, bounds, and the CEL rules.
 * What only the Deployment's or the Service's own validation can say, it cannot know.
 *
 * Transition rules compare with a stored object; they are the API server's alone.
 */
export function validate(resource: unknown): Validation {
  const errors: FieldError[] = [];
  if (!isObject(resource))
    return { kind: 'invalid', errors: [{ path: '', message: `must be an object, got ${show(resource)}` }] };
  expectWord(resource, 'apiVersion', API_VERSION, errors);
  expectWord(resource, 'kind', KIND, errors);
  errors.push(...metadataErrors(resource['metadata']), ...statusErrors(resource['status']));
  // The API server drops the status on creation, so it fills nothing in there.
  const { status: _, ...sent } = resource;
  const filled = withDefaults(sent, { ...resourceSchema, properties: { ...resourceSchema.properties, status: {} } });
  checkSchema(filled, resourceSchema, '', errors);
  // As in the API server, rules are asked only about values of the right shape.
  if (errors.length === 0) errors.push(...ruleErrors(filled as DefaultedElasticWeb));
  return errors.length > 0 ? { kind: 'invalid', errors } : { kind: 'valid', resource: filled as DefaultedElasticWeb };
}

/** Checks a spec alone, as `validate` does within a resource of the given name. */
export function validateSpec(spec: unknown, name: string): Validation {
  return validate({ apiVersion: API_VERSION, kind: KIND, metadata: { name }, spec });
}

/** All errors in one text, a line each. */
export function describeErrors(errors: readonly FieldError[]): string {
  return errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n');
}

function expectWord(
  resource: Readonly<Record<string, unknown>>,
  field: string,
  word: string,
  errors: FieldError[],
): void {
  if (resource[field] !== word) errors.push({ path: field, message: `must be ${word}, got ${show(resource[field])}` });
}

/** The fields of metadata that Kubernetes knows. Its own rules for their values are checked by the API server alone. */
const METADATA: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    generateName: { type: 'string' },
    namespace: { type: 'string' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
    finalizers: { type: 'array', items: { type: 'string' } },
    ownerReferences: { type: 'array' },
    managedFields: { type: 'array' },
    creationTimestamp: { type: 'string' },
    deletionTimestamp: { type: 'string' },
    deletionGracePeriodSeconds: { type: 'integer' },
    generation: { type: 'integer' },
    resourceVersion: { type: 'string' },
    selfLink: { type: 'string' },
    uid: { type: 'string' },
  },
};

function metadataErrors(metadata: unknown): FieldError[] {
  const errors: FieldError[] = [];
  if (!isObject(metadata))
    return [{ path: 'metadata', message: `must be an object with a name, got ${show(metadata)}` }];
  checkSchema(withDefaults(metadata, METADATA), METADATA, 'metadata', errors);
  if (typeof metadata['name'] !== 'string' || metadata['name'] === '') {
    errors.push({ path: 'metadata.name', message: `is required, got ${show(metadata['name'])}` });
  }
  return errors;
}

/** A status is dropped on creation, but an unknown field in it is refused all the same. */
function statusErrors(status: unknown): FieldError[] {
  const schema = resourceSchema.properties?.['status'];
  const errors: FieldError[] = [];
  if (schema !== undefined) checkSchema(status, schema, 'status', errors);
  return errors.filter(({ message }) => message === UNKNOWN_FIELD);
}

const UNKNOWN_FIELD = 'is not a known field';

function checkSchema(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  const expected = describe(schema);
  const refuse = (): void => void errors.push({ path, message: `must be ${expected}, got ${show(value)}` });
  switch (schema['x-kubernetes-int-or-string'] ? 'intOrString' : schema.type) {
    case 'object':
      if (isObject(value)) checkObject(value, schema, path, errors);
      else refuse();
      break;
    case 'array':
      if (Array.isArray(value)) checkList(value, schema, path, errors);
      else refuse();
      break;
    case 'string':
      if (typeof value !== 'string' || !fitsText(value, schema)) refuse();
      break;
    case 'integer':
      if (!fitsInteger(value, schema)) refuse();
      break;
    case 'intOrString':
      if (!(typeof value === 'string' ? fitsText(value, schema) : fitsInteger(value, schema))) refuse();
      break;
    case 'number':
      if (typeof value !== 'number') refuse();
      break;
    case 'boolean':
      if (typeof value !== 'boolean') refuse();
      break;
    case undefined:
      break;
  }
}

function checkObject(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
  errors: FieldError[],
): void {
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  const { maxProperties = Infinity } = schema;
  if (entries.length > maxProperties) {
    errors.push({ path, message: `must have at most ${maxProperties} entries, got ${entries.length}` });
  }
  for (const field of schema.required ?? []) {
    if (value[field] === undefined) errors.push({ path: join(path, field), message: 'is required' });
  }
  for (const [key, child] of entries) {
    const childSchema = schemaOf(schema, key);
    if (childSchema !== undefined) checkSchema(child, childSchema, join(path, key), errors);
    // An object without known fields, such as the root's metadata, is looked at elsewhere.
    else if (schema.properties !== undefined) errors.push({ path: join(path, key), message: UNKNOWN_FIELD });
  }
}

function checkList(value: readonly unknown[], schema: Schema, path: string, errors: FieldError[]): void {
  const { minItems = 0, maxItems = Infinity, items = {} } = schema;
  if (value.length < minItems || value.length > maxItems) {
    errors.push({ path, message: `must have ${minItems} to ${maxItems} items, got ${value.length}` });
  }
  value.forEach((item, index) => checkSchema(item, items, `${path}[${index}]`, errors));
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys === undefined) return;
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const key = JSON.stringify(keys.map((field) => (isObject(item) ? item[field] : undefined)));
    if (seen.has(key))
      errors.push({ path: `${path}[${index}]`, message: `must not repeat ${keys.join(', ')} ${key.slice(1, -1)}` });
    seen.add(key);
  });
}

function fitsText(value: string, { minLength = 0, maxLength = Infinity, pattern, enum: words }: Schema): boolean {
  const length = [...value].length;
  if (length < minLength || length > maxLength) return false;
  if (words !== undefined && !words.includes(value)) return false;
  return pattern === undefined || new RegExp(pattern, 'u').test(value);
}

function fitsInteger(value: unknown, { minimum = -Infinity, maximum = Infinity }: Schema): boolean {
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

function ruleErrors(resource: DefaultedElasticWeb): FieldError[] {
  const { spec } = resource;
  return [
    ...broken(RULES[''], resource, ''),
    ...broken(RULES.spec, spec, 'spec'),
    ...(spec.autoscaling === undefined
      ? []
      : [
          ...broken(RULES['spec.autoscaling'], spec.autoscaling, 'spec.autoscaling'),
          ...broken(RULES['spec.autoscaling.metric'], spec.autoscaling.metric, 'spec.autoscaling.metric'),
        ]),
  ];
}

function broken<T>(rules: readonly Rule<T>[], self: T, path: string): FieldError[] {
  return rules
    .filter((rule) => !rule.holds(self))
    .map(({ message, fieldPath = '' }) => ({ path: `${path}${fieldPath}` || 'metadata.name', message }));
}

const join = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`);

/** The value as an error quotes it: short, and without the control characters that a terminal would obey. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
