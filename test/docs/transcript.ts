/** What a page shows of a terminal: commands behind `$ `, and what they print, compared with what they really print. */

export interface Exchange {
  /** From the first line of the transcript, which is 0. */
  readonly offset: number;
  readonly command: string;
  /** What is shown of its output; may be nothing. */
  readonly shown: readonly string[];
}

/** @param transcript begins with a command */
export function exchangesOf(transcript: string): Exchange[] {
  const exchanges: { offset: number; command: string; shown: string[] }[] = [];
  for (const [offset, line] of transcript.split('\n').entries()) {
    const last = exchanges.at(-1);
    if (last === undefined || line.startsWith('$ ')) exchanges.push({ offset, command: line.slice(2), shown: [] });
    else if (last.command.endsWith('\\') && last.shown.length === 0) last.command += `\n${line}`;
    else last.shown.push(line);
  }
  return exchanges;
}

/**
 * The first line shown that was not printed.
 *
 * Lines may be left out, with or without `...` in their place; those shown must be printed in that order, word for word. A word with a digit
 * in it - a number, an age, a hash, an address - stands for any one word, and so does `...`.
 */
export function missingLine(shown: readonly string[], printed: string): string | undefined {
  const lines = printed.split('\n').map(wordsOf);
  return shown.find((line) => {
    const words = wordsOf(line);
    if (words.length === 0 || line.trim() === '...') return false;
    const found = lines.findIndex((candidate) => isLike(words, candidate));
    lines.splice(0, found + 1);
    return found === -1;
  });
}

const wordsOf = (line: string): string[] => line.split(/\s+/).filter((word) => word !== '');

const isLike = (words: readonly string[], printed: readonly string[]): boolean =>
  words.length === printed.length &&
  words.every((word, index) => word === printed[index] || word === '...' || /\d/.test(word));
