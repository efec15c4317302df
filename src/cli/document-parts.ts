/** Where one document of a text ends and the next begins, as kubectl divides them. */

/** The text of one document, and where in the whole text it begins. */
export interface DocumentPart {
  readonly text: string;
  readonly offset: number;
  /** What stands behind the dashes before it, unless it is a comment. kubectl refuses that. */
  readonly behindDashes?: string;
}

/**
 * Divides a text into documents: JSON objects in a row (`{}{}`, as several `kubectl get -o json` print them) each on its own, anything
 * else at the lines that begin with `---`. Empty documents count, but not what precedes the first dashes if that is empty.
 */
export function divideDocuments(text: string): readonly DocumentPart[] {
  return divideJson(text) ?? divideYaml(text);
}

/** A line of dashes: the lookbehind is "at the beginning of a line", which for `^` is also after U+2028. */
const DASHES = /(?<![^\n])---([^\n]*)\n?/g;

function divideYaml(text: string): DocumentPart[] {
  const lines = [...text.matchAll(DASHES)];
  const parts = lines.map(({ 0: line, 1: behind = '', index }, number): DocumentPart => {
    const offset = index + line.length;
    const content = behind.trim();
    return {
      text: text.slice(offset, lines[number + 1]?.index),
      offset,
      ...(content === '' || content.startsWith('#') ? {} : { behindDashes: content }),
    };
  });
  const preamble = text.slice(0, lines[0]?.index);
  return preamble.trim() === '' && parts.length > 0 ? parts : [{ text: preamble, offset: 0 }, ...parts];
}

/**
 * Strings as a whole, because they may hold braces. One that does not end goes on to the end of the text, so that nobody looks for its end
 * from each of its quotes again: that took hours for a file of a few megabytes.
 */
const STRING_OR_BRACE = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}]/gs;

/** The parts, if the text is nothing but JSON objects in a row. */
function divideJson(text: string): DocumentPart[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const parts: DocumentPart[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(STRING_OR_BRACE)) {
    if (token === '{') depth += 1;
    if (token !== '}') continue;
    depth -= 1;
    if (depth > 0) continue;
    const end = index + 1;
    parts.push({ text: text.slice(start, end), offset: start });
    start = end;
  }
  return text.slice(start).trim() === '' && parts.every(({ text }) => parseJson(text) !== undefined)
    ? parts
    : undefined;
}

/** The value of a JSON text, undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
