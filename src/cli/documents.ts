/** Which documents a YAML or JSON text holds, read as kubectl reads it. */

import { LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { divideDocuments, parseJson, type DocumentPart } from './document-parts.ts';
import { isObject } from '../api/defaults.ts';
import { YamlValueError, yamlValue, type YamlValue } from './yaml-value.ts';

/** Where something stands. */
export interface Place {
  /** The file's name as given, or `stdin`. */
  readonly source: string;
  /** The document's number in its source, from 1; empty ones count. */
  readonly document: number;
  /** In a list such as `kind: List`: the item's number, from 1. */
  readonly item?: number;
  /** The line on which it begins, from 1. */
  readonly line: number;
}

/** One object of a source: a document, or an item of a list. */
export interface SourceDocument extends Place {
  readonly kind: 'document';
  /** What JSON can carry. */
  readonly value: unknown;
}

/** A document that could not be read. */
export interface UnreadableDocument extends Place {
  readonly kind: 'unreadable';
  readonly column: number;
  /** What is wrong, as the end of a sentence. */
  readonly message: string;
}

/** Either the value of a document, or why there is none. */
export type ReadDocument = SourceDocument | UnreadableDocument;

/**
 * Reads all documents of a text; the empty ones are left out, and lists are taken apart. Throws nothing: a document that cannot be read is a value.
 *
 * As kubectl does it: documents are divided by lines of `---`, or follow each other as in `{}{}` when all of them are JSON; plain
 * scalars mean what sigs.k8s.io/yaml makes of them. Unlike kubectl it refuses keys that are given twice, as the API server
 * does with strict field validation.
 */
export function parseDocuments(text: string, source: string): readonly ReadDocument[] {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);

  return divideDocuments(text).flatMap((part, index): ReadDocument[] => {
    const document = index + 1;
    const at = (offset: number) => lines.linePos(part.offset + offset);
    const read = readPart(part);
    if (read.kind === 'wrong') {
      const { line, col: column } = at(read.offset);
      return [{ kind: 'unreadable', source, document, line, column, message: read.message }];
    }
    if (read.value === null) return [];
    const begin = Math.max(part.text.search(/\S/), 0);
    const lineOf = (value: unknown) => at((isObject(value) ? read.offsets.get(value) : undefined) ?? begin).line;
    const items = itemsOf(read.value);
    if (items === undefined)
      return [{ kind: 'document', source, document, line: lineOf(read.value), value: read.value }];
    return items.map((value, number) => ({
      kind: 'document',
      source,
      document,
      item: number + 1,
      line: lineOf(value),
      value,
    }));
  });
}

/** Where it stands in words: `web.yaml: document 2, item 1`. */
export function placeOf({ source, document, item }: Place): string {
  return `${source}: document ${document}${item === undefined ? '' : `, item ${item}`}`;
}

type ReadPart =
  | ({ readonly kind: 'value' } & YamlValue)
  | { readonly kind: 'wrong'; readonly message: string; readonly offset: number };

function readPart({ text, behindDashes }: DocumentPart): ReadPart {
  if (behindDashes !== undefined) {
    return { kind: 'wrong', message: 'nothing but a comment may stand behind ---', offset: -1 };
  }
  // The failsafe schema resolves nothing, so that plain scalars keep their text; keys are compared by yamlValue, which is faster.
  const document = parseDocument(text, {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [error] = document.errors;
  try {
    if (error === undefined) return { kind: 'value', ...yamlValue(document) };
  } catch (error) {
    if (error instanceof YamlValueError) return { kind: 'wrong', message: error.message, offset: error.offset };
    throw error;
  }
  // Little of JSON is not YAML, such as keys of more than 1024 characters. But what is nested too deep for the one is so for the other.
  const json = document.errors.some(isExhaustion) ? undefined : parseJson(text);
  if (json !== undefined) return { kind: 'value', value: json, offsets: new Map() };
  return { kind: 'wrong', message: wordsOf(error), offset: error.pos[0] };
}

type ParseError = Pick<YAMLParseError, 'code' | 'message'>;

const isExhaustion = ({ code }: ParseError): boolean => code === 'RESOURCE_EXHAUSTION';

/** What the parser says, in words for those who write manifests and do not build parsers. */
function wordsOf({ code, message }: ParseError): string {
  switch (code) {
    case 'RESOURCE_EXHAUSTION':
      return 'is nested too deep';
    case 'MULTIPLE_DOCS':
      return 'is not YAML as kubectl reads it: documents are divided by ---, and nothing may follow ...';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'is not YAML: no mapping can begin here; put text that holds ": " in quotes, or check the indentation';
    case 'BLOCK_IN_FLOW':
      return 'is not YAML: near here a comma, a closing bracket or a closing quote is missing';
    default:
      return `is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
}

/** The items of a list such as `kubectl get -o yaml` prints, and of the lists in it; undefined for anything else. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value) || !Array.isArray(value.items)) return undefined;
  if (typeof value.kind !== 'string' || !value.kind.endsWith('List')) return undefined;
  return value.items.flatMap((item: unknown) => itemsOf(item) ?? [item]);
}
