/** Which ElasticWebs the files on the command line hold, and whether they are valid. */

import { cutTo } from '../api/printable.ts';
import { isObject } from '../api/defaults.ts';
import { GROUP, KIND } from '../api/resource.ts';
import { validate, type DefaultedElasticWeb, type FieldError } from '../api/validate.ts';
import { parseDocuments, type Place, placeOf, type ReadDocument } from './documents.ts';
import { Failure, EXIT } from './failure.ts';
import type { Io } from './io.ts';
import { readSources } from './sources.ts';

/** What one document turned out to be. `label` says where it stands and what it is: `web.yaml: document 2 (ElasticWeb shop)`. */
export type Finding = Found & { readonly label: string; readonly at: FoundAt };

/** Where it stands, as far as it could be told, and what it is called. */
export interface FoundAt extends Pick<Place, 'source'>, Partial<Omit<Place, 'source'>> {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

type Found =
  | {
      readonly kind: 'valid';
      readonly resource: DefaultedElasticWeb;
      /** As the document has it: without defaults. */
      readonly written: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  /** An object of another kind. */
  | { readonly kind: 'other' }
  /** A source or a document that could not be read, or that is no Kubernetes object at all. */
  | { readonly kind: 'unreadable'; readonly message: string };

/**
 * Reads the files (`-` is stdin) and judges every document, in order.
 *
 * @throws Failure with a usage exit code when stdin is named twice
 */
export async function findElasticWebs(
  files: readonly string[],
  io: Pick<Io, 'stdin' | 'readFile'>,
): Promise<Finding[]> {
  if (files.filter((file) => file === '-').length > 1) {
    throw new Failure('error: -f - can be given only once: stdin cannot be read twice', EXIT.usage);
  }
  const sources = await readSources(files, io);
  return sources.flatMap((source): Finding[] =>
    source.kind === 'text'
      ? parseDocuments(source.text, source.name).map(judge)
      : [{ kind: 'unreadable', label: source.name, at: { source: source.name }, message: source.message }],
  );
}

/** Whether a document is an ElasticWeb, and a valid one. */
export function judge(document: ReadDocument): Finding {
  const place = placeOf(document);
  const { source, document: number, item, line } = document;
  const where = { source, document: number, ...(item !== undefined && { item }), line };
  if (document.kind === 'unreadable') {
    const { column, message } = document;
    return { kind: 'unreadable', label: `${place}, line ${line}, column ${column}`, at: where, message };
  }
  const { value } = document;
  const unreadable = (message: string): Finding => ({
    kind: 'unreadable',
    label: `${place}, line ${line}`,
    at: where,
    message,
  });
  if (!isObject(value)) return unreadable(`must be a Kubernetes object, got ${show(value)}`);
  const { kind, apiVersion } = value;
  const at = { ...where, ...(typeof kind === 'string' && { kind }), ...nameIn(value.metadata) };
  const label = `${place} (${at.kind ?? 'no kind'}${at.name === undefined ? '' : ` ${[at.namespace, at.name].filter(Boolean).join('/')}`})`;
  if (isMeantAsElasticWeb(kind, apiVersion)) {
    const validation = validate(value);
    return validation.kind === 'valid'
      ? { kind: 'valid', label, at, resource: validation.resource, written: value }
      : { kind: 'invalid', label, at, errors: validation.errors };
  }
  for (const [field, word] of Object.entries({ apiVersion, kind })) {
    if (typeof word !== 'string')
      return unreadable(`is no Kubernetes object: ${field} must be text, got ${show(word)}`);
  }
  return { kind: 'other', label, at };
}

/** Either name alone is enough: a wrong other half is a mistake to report, not another kind to skip. */
function isMeantAsElasticWeb(kind: unknown, apiVersion: unknown): boolean {
  return kind === KIND || (typeof apiVersion === 'string' && apiVersion.startsWith(`${GROUP}/`));
}

function nameIn(metadata: unknown): Pick<FoundAt, 'namespace' | 'name'> {
  if (!isObject(metadata) || typeof metadata.name !== 'string') return {};
  const { name, namespace } = metadata;
  return typeof namespace === 'string' ? { namespace, name } : { name };
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return cutTo(JSON.stringify(value), 40, '...');
}
