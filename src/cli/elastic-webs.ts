/** Which ElasticWebs the files on the command line hold, and whether they are valid. */

import { isObject } from '../api/defaults.ts';
import { GROUP, KIND } from '../api/resource.ts';
import { validate, type DefaultedElasticWeb, type FieldError } from '../api/validate.ts';
import { parseDocuments, placeOf, type ReadDocument } from './documents.ts';
import { Failure, EXIT } from './failure.ts';
import type { Io } from './io.ts';
import { readSources } from './sources.ts';

/** What one document turned out to be. `label` says where it stands and what it is: `web.yaml: document 2 (ElasticWeb shop)`. */
export type Finding =
  | { readonly kind: 'valid'; readonly label: string; readonly resource: DefaultedElasticWeb }
  | { readonly kind: 'invalid'; readonly label: string; readonly errors: readonly FieldError[] }
  /** An object of another kind. */
  | { readonly kind: 'other'; readonly label: string }
  /** A source or a document that could not be read, or that is no Kubernetes object at all. */
  | { readonly kind: 'unreadable'; readonly label: string; readonly message: string };

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
      : [{ kind: 'unreadable', label: source.name, message: source.message }],
  );
}

/** Whether a document is an ElasticWeb, and a valid one. */
export function judge(document: ReadDocument): Finding {
  const place = placeOf(document);
  if (document.kind === 'unreadable') {
    const { line, column, message } = document;
    return { kind: 'unreadable', label: `${place}, line ${line}, column ${column}`, message };
  }
  const { value, line } = document;
  const unreadable = (message: string): Finding => ({ kind: 'unreadable', label: `${place}, line ${line}`, message });
  if (!isObject(value)) return unreadable(`must be a Kubernetes object, got ${show(value)}`);
  const { kind, apiVersion } = value;
  const label = `${place} (${typeof kind === 'string' ? kind : 'no kind'}${nameOf(value.metadata)})`;
  if (isMeantAsElasticWeb(kind, apiVersion)) {
    const validation = validate(value);
    return validation.kind === 'valid'
      ? { kind: 'valid', label, resource: validation.resource }
      : { kind: 'invalid', label, errors: validation.errors };
  }
  for (const [field, word] of Object.entries({ apiVersion, kind })) {
    if (typeof word !== 'string')
      return unreadable(`is no Kubernetes object: ${field} must be text, got ${show(word)}`);
  }
  return { kind: 'other', label };
}

/** Either name alone is enough: a wrong other half is a mistake to report, not another kind to skip. */
function isMeantAsElasticWeb(kind: unknown, apiVersion: unknown): boolean {
  return kind === KIND || (typeof apiVersion === 'string' && apiVersion.startsWith(`${GROUP}/`));
}

function nameOf(metadata: unknown): string {
  if (!isObject(metadata) || typeof metadata.name !== 'string') return '';
  const { name, namespace } = metadata;
  return typeof namespace === 'string' ? ` ${namespace}/${name}` : ` ${name}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 40 ? `${json.slice(0, 37)}...` : json;
}
