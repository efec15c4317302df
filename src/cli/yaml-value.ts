/** What a parsed YAML document says in JSON, read as kubectl reads it. */

import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  visit,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { resolvePlainScalar } from './plain-scalar.ts';

/** Why a document that is YAML is not what kubectl takes, and where. */
export class YamlValueError extends Error {
  override readonly name = 'YamlValueError';
  /** Offset in the text of the document. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A value, and where in the text of the document each of its objects begins. */
export interface YamlValue {
  readonly value: unknown;
  readonly offsets: ReadonlyMap<object, number>;
}

/** How many values the aliases of a document may stand for; go-yaml gives up at about four times that. */
const MAX_ALIASED_VALUES = 100_000;
const MAX_DEPTH = 500;

/**
 * The JSON value of a document that was parsed with yaml's `failsafe` schema.
 *
 * Aliases become copies and merge keys (`<<`) are carried out. As in kubectl, a merge overwrites what stands before it in the mapping and is
 * overwritten by what stands after it. Keys that are numbers or booleans become text; the tags of YAML's core schema are obeyed.
 *
 * @throws YamlValueError for what JSON cannot carry, a key that is given twice, or aliases without measure
 */
export function yamlValue(document: Document): YamlValue {
  const reader = new Reader(anchorsOf(document));
  const value = isNode(document.contents) ? reader.read(document.contents, 0) : null;
  return { value, offsets: reader.offsets };
}

/** The node that each alias means: the last one before it that has its anchor. */
function anchorsOf(document: Document): ReadonlyMap<Node, Node> {
  const latest = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node: (_, node, path) => {
      // A mapping is two steps deep: itself and its pair.
      if (path.length > 2 * MAX_DEPTH) throw tooDeep(node);
      if (!isAlias(node)) {
        if (node.anchor !== undefined) latest.set(node.anchor, node);
        return;
      }
      const target = latest.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}

class Reader {
  readonly offsets = new Map<object, number>();
  readonly #targets: ReadonlyMap<Node, Node>;
  /** The nodes whose aliases are being read; one that comes up again contains itself. */
  readonly #open = new Set<Node>();
  #aliasedValues = 0;

  constructor(targets: ReadonlyMap<Node, Node>) {
    this.#targets = targets;
  }

  read(node: Node, depth: number): unknown {
    if (depth > MAX_DEPTH) throw tooDeep(node);
    if (this.#open.size > 0) this.#countAliased(node);
    if (isAlias(node)) return this.#throughAlias(node, node.source, (target) => this.read(target, depth + 1));
    if (isScalar(node)) return scalarValue(node);
    if (isSeq(node)) return node.items.map((item) => (isNode(item) ? this.read(item, depth + 1) : null));
    if (!isMap(node)) throw new YamlValueError('is nothing that JSON knows', offsetOf(node));
    // Not an object literal: with it, a key such as __proto__ would set the prototype.
    const object = Object.fromEntries(this.#entries(node, depth));
    this.offsets.set(object, offsetOf(node));
    return object;
  }

  #entries(map: YAMLMap, depth: number): Map<string, unknown> {
    const entries = new Map<string, unknown>();
    const given = new Set<string>();
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        for (const source of this.#mergeSources(value, key)) {
          for (const [name, merged] of this.#merged(source, depth + 1)) entries.set(name, merged);
        }
        continue;
      }
      const name = this.#keyText(key, map);
      if (given.has(name))
        throw new YamlValueError(`the key ${JSON.stringify(name)} is given twice`, offsetOf(key, map));
      given.add(name);
      entries.set(name, isNode(value) ? this.read(value, depth + 1) : null);
    }
    return entries;
  }

  /** What `<<` names, the most important last. */
  #mergeSources(value: unknown, key: Node): readonly Node[] {
    if (isSeq(value)) return value.items.filter(isNode).reverse();
    if (isNode(value)) return [value];
    throw new YamlValueError(NOT_MERGEABLE, offsetOf(key));
  }

  #merged(source: Node, depth: number): Map<string, unknown> {
    if (isMap(source)) return this.#entries(source, depth);
    if (!isAlias(source)) throw new YamlValueError(NOT_MERGEABLE, offsetOf(source));
    return this.#throughAlias(source, source.source, (target) => {
      if (!isMap(target)) throw new YamlValueError(NOT_MERGEABLE, offsetOf(source));
      return this.#entries(target, depth);
    });
  }

  #throughAlias<T>(alias: Node, name: string, read: (target: Node) => T): T {
    const target = this.#targets.get(alias);
    if (target === undefined) {
      throw new YamlValueError(`the alias *${name} has no anchor &${name} before it in its document`, offsetOf(alias));
    }
    if (this.#open.has(target)) throw new YamlValueError(`the anchor &${name} contains itself`, offsetOf(alias));
    this.#countAliased(alias);
    this.#open.add(target);
    const value = read(target);
    this.#open.delete(target);
    return value;
  }

  #countAliased(node: Node): void {
    this.#aliasedValues += 1;
    if (this.#aliasedValues <= MAX_ALIASED_VALUES) return;
    const message = `the aliases stand for more than ${MAX_ALIASED_VALUES} values, which is no manifest but a trap`;
    throw new YamlValueError(message, offsetOf(node));
  }

  #keyText(key: unknown, map: YAMLMap): string {
    const value = isNode(key) ? this.read(key, 0) : null;
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean' || Number.isInteger(value)) return String(value);
    throw new YamlValueError(
      `a key must be text, got ${JSON.stringify(value)}${typeof value === 'number' || value === null ? ': put it in quotes' : ''}`,
      offsetOf(key, map),
    );
  }
}

const NOT_MERGEABLE = 'the merge key << takes a mapping or a list of mappings';

const isMergeKey = (key: unknown): key is Scalar =>
  isScalar(key) && key.source === '<<' && (key.type === 'PLAIN' || key.tag === `${CORE}merge`);

const CORE = 'tag:yaml.org,2002:';

function scalarValue(node: Scalar): string | number | boolean | null {
  const { source = '', tag } = node;
  const value = taggedValue(source, node.type === 'PLAIN' ? tag : (tag ?? `${CORE}str`), offsetOf(node));
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new YamlValueError(`${source} is not a number that JSON can carry`, offsetOf(node));
  }
  return value;
}

function taggedValue(source: string, tag: string | undefined, offset: number): string | number | boolean | null {
  const value = resolvePlainScalar(source);
  const insist = (fits: boolean): typeof value => {
    if (fits) return value;
    throw new YamlValueError(
      `${JSON.stringify(source)} is not what its tag !!${tag?.slice(CORE.length) ?? ''} says`,
      offset,
    );
  };
  switch (tag) {
    case undefined:
      return value;
    case `${CORE}int`:
      return insist(Number.isInteger(value));
    case `${CORE}float`:
      return insist(typeof value === 'number');
    case `${CORE}bool`:
      return insist(typeof value === 'boolean');
    case `${CORE}null`:
      return insist(value === null);
    case `${CORE}binary`:
      return Buffer.from(source, 'base64').toString('utf8');
    default:
      return source;
  }
}

const tooDeep = (node: Node): YamlValueError =>
  new YamlValueError(`is nested more than ${MAX_DEPTH} levels deep`, offsetOf(node));

function offsetOf(node: unknown, parent?: Node): number {
  const range = isNode(node) ? node.range : parent?.range;
  return range?.[0] ?? 0;
}
