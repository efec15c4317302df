/** What a command reads and writes: everything outside the process comes through here, so that tests can run a command inside theirs. */

/** The outside world of a command. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The content of a file, as it comes. Fails with Node's error codes, such as `ENOENT`. */
  readFile(path: string): AsyncIterable<Uint8Array>;
}

/** Where text goes: a stream, or a test's memory. */
export interface Output {
  write(text: string): unknown;
}

/**
 * Writes one line of a message. What it quotes may come from anyone's file, so characters that would steer the terminal or begin
 * another line are written as escapes.
 */
export function writeLine(output: Output, line: string): void {
  output.write(`${printable(line)}\n`);
}

/** Control characters, marks that reorder or hide text, line and paragraph separators, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text with everything that does not print as itself spelled as an escape. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
