/** Text that came from anywhere, made fit for people: for a terminal, a log, a condition, an Event. */

/** Control characters, marks that reorder or hide text, line and paragraph separators, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text with everything that does not print as itself spelled as JSON escapes it; JSON without line breaks stays JSON of the same value. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The printable text on one line. Line breaks become spaces: the answers of admission webhooks are full of them. */
export function printableLine(text: string): string {
  const lines = text.split(/[\n\r]/).map((line) => line.trim());
  return printable(lines.filter((line) => line !== '').join(' '));
}

/** The text if it is no longer than that; else its beginning and the end given, as long together. No character is cut into halves. */
export function cutTo(text: string, length: number, end: string): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - end.length);
  return `${isFirstHalf(kept.charCodeAt(kept.length - 1)) ? kept.slice(0, -1) : kept}${end}`;
}

/** JSON escapes what UTF-16 is made of: a character beyond U+FFFF is two escapes. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

const isFirstHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
