/** Whether an ElasticWeb is one: the API server's verdict on schema and rules, without an API server. */

import { schemaErrors, show, UNKNOWN_FIELD, type FieldError } from './check.ts';
import { isObject, withDefaults } from './defaults.ts';
import { METADATA, metadataErrors } from './metadata.ts';
import { API_VERSION, KIND, type ElasticWebObject } from './resource.ts';
import { RULES, type Rule } from './rules.ts';
import type { Schema } from './schema.ts';
import { isTooLarge, tooLargeMessage } from './size.ts';
import { spec } from './spec.ts';
import { status as statusSchema } from './status.ts';
import type { DefaultedElasticWebSpec } from './types.ts';

export type { FieldError } from './check.ts';

/** A valid ElasticWeb with its defaults filled in. */
export interface DefaultedElasticWeb extends ElasticWebObject {
  readonly spec: DefaultedElasticWebSpec;
}

/** Either a valid resource, or everything that is wrong with it. */
export type Validation =
  | { readonly kind: 'valid'; readonly resource: DefaultedElasticWeb }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** The part of the resource that the schema judges alone. */
const BODY: Schema = { type: 'object', properties: { spec }, required: ['spec'] };

/**
 * Checks a resource as the API server would on creation with strict field validation: unknown fields, types, bounds, and the CEL rules.
 * What only the Deployment's or the Service's own validation can say, it cannot know. One thing it says alone: a spec may not be too large as a whole (size.ts),
 * for which a schema has no words.
 *
 * Transition rules compare with a stored object; they are the API server's alone. The status is dropped, as on creation.
 */
export function validate(resource: unknown): Validation {
  if (!isObject(resource)) return invalid([{ path: '', message: `must be an object, got ${show(resource)}` }]);
  const { apiVersion, kind, metadata, status, ...body } = resource;
  // Before anything that takes time for each of its fields.
  if (isTooLarge(body.spec)) return invalid([{ path: 'spec', message: tooLargeMessage(body.spec) }]);
  const filledBody = withDefaults(body, BODY) as Pick<DefaultedElasticWeb, 'spec'>;
  const errors = [
    ...wordErrors('apiVersion', apiVersion, API_VERSION),
    ...wordErrors('kind', kind, KIND),
    ...metadataErrors(metadata),
    ...schemaErrors(filledBody, BODY, ''),
    ...statusErrors(status),
  ];
  if (errors.length > 0) return invalid(errors);
  const filled = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: withDefaults(metadata, METADATA) as DefaultedElasticWeb['metadata'],
    ...filledBody,
  };
  // As in the API server, rules are asked only about values of the right shape.
  const rules = ruleErrors(filled);
  return rules.length > 0 ? invalid(rules) : { kind: 'valid', resource: filled };
}

/** Checks a spec alone, as `validate` does within a resource of the given name. */
export function validateSpec(spec: unknown, name: string): Validation {
  return validate({ apiVersion: API_VERSION, kind: KIND, metadata: { name }, spec });
}

/** All errors in one text, a line each. */
export function describeErrors(errors: readonly FieldError[]): string {
  return errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n');
}

const invalid = (errors: readonly FieldError[]): Validation => ({ kind: 'invalid', errors });

function wordErrors(path: string, found: unknown, word: string): FieldError[] {
  return found === word ? [] : [{ path, message: `must be ${word}, got ${show(found)}` }];
}

/** A status is dropped on creation, but an unknown field in it is refused all the same. */
function statusErrors(status: unknown): FieldError[] {
  return schemaErrors(status, statusSchema, 'status').filter(({ message }) => message === UNKNOWN_FIELD);
}

function ruleErrors(resource: DefaultedElasticWeb): FieldError[] {
  const { autoscaling } = resource.spec;
  return [
    ...broken(RULES[''], resource, ''),
    ...broken(RULES.spec, resource.spec, 'spec'),
    ...(autoscaling === undefined
      ? []
      : [
          ...broken(RULES['spec.autoscaling'], autoscaling, 'spec.autoscaling'),
          ...broken(RULES['spec.autoscaling.metric'], autoscaling.metric, 'spec.autoscaling.metric'),
        ]),
  ];
}

function broken<T>(rules: readonly Rule<T>[], self: T, place: string): FieldError[] {
  return rules
    .filter((rule) => !rule.holds(self))
    .map(({ message, fieldPath = '' }) => {
      const path = `${place}${fieldPath}` || 'metadata.name';
      // To the API server a message is a sentence of its own; here the path stands before it.
      return { path, message: message.startsWith(`${path} `) ? message.slice(path.length + 1) : message };
    });
}
