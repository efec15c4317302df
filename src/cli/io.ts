/** What a command reads and writes: everything outside the process comes through here, so that tests can run a command inside theirs. */

import { printable } from '../api/printable.ts';

/** The outside world of a command. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a pod finds its service account; default: where Kubernetes puts it. */
  readonly serviceAccountDir?: string;
  /** The content of a file, as it comes. Fails with Node's error codes, such as `ENOENT`. */
  readFile(path: string): AsyncIterable<Uint8Array>;
  /** Writes a file, in place of one that is there. Fails with Node's error codes. */
  writeFile(path: string, content: Iterable<string>): Promise<void>;
}

/** Where text goes: a stream, or a test's memory. */
export interface Output {
  write(text: string): unknown;
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
  /** Of a terminal: characters of a line. */
  readonly columns?: number;
  /** Of a terminal: its lines. */
  readonly rows?: number;
}

/**
 * Writes one line of a message. What it quotes may come from anyone's file, so characters that would steer the terminal or begin
 * another line are written as escapes.
 */
export function writeLine(output: Output, line: string): void {
  output.write(`${printable(line)}\n`);
}
