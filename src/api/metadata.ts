/** What may stand in an object's metadata: the rules that Kubernetes has for all objects alike. */

import { schemaErrors, show, within, type FieldError } from './check.ts';
import { isObject, withDefaults } from './defaults.ts';
import { bool, object, type Schema } from './schema.ts';

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_SUBDOMAIN = new RegExp(`^${DNS_LABEL}(\\.${DNS_LABEL})*$`);
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set */
const MAX_ANNOTATION_BYTES = 256 * 1024;

const word: Schema = { type: 'string' };
const nonEmpty: Schema = { type: 'string', minLength: 1 };
const int64: Schema = { type: 'integer' };
const time: Schema = {
  type: 'string',
  pattern:
    '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[-+]([01]\\d|2[0-3]):[0-5]\\d)$',
};
const of = (additionalProperties: Schema): Schema => ({ type: 'object', additionalProperties });
const listOf = (items: Schema): Schema => ({ type: 'array', items });

const LABELS = of({
  type: 'string',
  maxLength: 63,
  pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
});

/** The fields of metadata that Kubernetes knows. */
export const METADATA: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: nonEmpty,
    generateName: word,
    namespace: { type: 'string', maxLength: 63, pattern: `^(${DNS_LABEL})?$` },
    labels: LABELS,
    annotations: of(word),
    finalizers: listOf(word),
    ownerReferences: listOf(
      object(
        '',
        {
          apiVersion: { type: 'string', pattern: '^[^/]+(/[^/]+)?$' },
          kind: nonEmpty,
          name: nonEmpty,
          uid: nonEmpty,
          controller: bool(''),
          blockOwnerDeletion: bool(''),
        },
        { required: ['apiVersion', 'kind', 'name', 'uid'] },
      ),
    ),
    managedFields: listOf(
      object('', {
        manager: word,
        operation: word,
        apiVersion: word,
        time,
        fieldsType: word,
        fieldsV1: { type: 'object' },
        subresource: word,
      }),
    ),
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: int64,
    generation: int64,
    resourceVersion: word,
    selfLink: word,
    uid: word,
  },
};

/** Metadata that fits the schema above; null counts as absent. */
interface FittingMetadata {
  readonly labels?: Readonly<Record<string, string | null>> | null;
  readonly annotations?: Readonly<Record<string, string | null>> | null;
  readonly finalizers?: readonly string[] | null;
  readonly ownerReferences?:
    readonly { readonly apiVersion: string; readonly kind: string; readonly controller?: boolean | null }[] | null;
}

/**
 * What the API server would say about the metadata of a new object.
 *
 * One thing is asked for beyond that: a name. `generateName` is enough for `kubectl create`, but neither for `kubectl apply` nor to
 * know what the children are called.
 */
export function metadataErrors(metadata: unknown): FieldError[] {
  const path = 'metadata';
  if (!isObject(metadata)) return [{ path, message: `must be an object with a name, got ${show(metadata)}` }];
  const errors = schemaErrors(withDefaults(metadata, METADATA), METADATA, path);
  if (errors.length > 0) return errors;
  const { labels, annotations, finalizers, ownerReferences } = metadata as FittingMetadata;
  return [
    ...labelKeyErrors(labels ?? {}, within(path, 'labels')),
    // The keys of annotations may have capitals where those of labels may not.
    ...Object.keys(annotations ?? {}).flatMap((key) => nameErrors(key.toLowerCase(), key, within(path, 'annotations'))),
    ...annotationSizeErrors(annotations ?? {}, within(path, 'annotations')),
    ...finalizerErrors(finalizers ?? [], within(path, 'finalizers')),
    ...ownerErrors(ownerReferences ?? [], within(path, 'ownerReferences')),
  ];
}

/** What the API server would say about labels that are written in code, where null is none. */
export function labelErrors(labels: unknown, path: string): FieldError[] {
  if (labels === undefined) return [];
  const errors = schemaErrors(labels, LABELS, path);
  return errors.length > 0 || !isObject(labels) ? errors : labelKeyErrors(labels, path);
}

function labelKeyErrors(labels: object, path: string): FieldError[] {
  return Object.keys(labels).flatMap((key) => nameErrors(key, key, path));
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
function nameErrors(qualified: string, found: string, path: string): FieldError[] {
  const [name = '', prefix, ...more] = qualified.split('/').reverse();
  const isName = name.length <= 63 && NAME.test(name);
  const isPrefix = prefix === undefined || (prefix.length <= 253 && DNS_SUBDOMAIN.test(prefix));
  if (isName && isPrefix && more.length === 0) return [];
  const expected = 'names of at most 63 letters, digits, "-", "_" and ".", if need be behind a DNS domain and "/"';
  return [{ path, message: `must have ${expected}, got ${show(found)}` }];
}

function annotationSizeErrors(annotations: Readonly<Record<string, string | null>>, path: string): FieldError[] {
  const texts = Object.entries(annotations).flatMap(([key, value]) => [key, value ?? '']);
  const bytes = texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  if (bytes <= MAX_ANNOTATION_BYTES) return [];
  return [{ path, message: `must have at most ${MAX_ANNOTATION_BYTES} bytes in all, got ${bytes}` }];
}

function finalizerErrors(finalizers: readonly string[], path: string): FieldError[] {
  const contradicts = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion');
  return [
    ...finalizers.flatMap((name, index) => nameErrors(name, name, `${path}[${index}]`)),
    ...(contradicts ? [{ path, message: 'must not have both orphan and foregroundDeletion' }] : []),
  ];
}

function ownerErrors(owners: NonNullable<FittingMetadata['ownerReferences']>, path: string): FieldError[] {
  const events = owners.flatMap(({ apiVersion, kind }, index) =>
    apiVersion === 'v1' && kind === 'Event' ? [{ path: `${path}[${index}]`, message: 'must not be an Event' }] : [],
  );
  const controllers = owners.filter(({ controller }) => controller).length;
  if (controllers < 2) return events;
  return [...events, { path, message: `must have at most one controller, got ${controllers}` }];
}
