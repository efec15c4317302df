/** How a command says that it did not succeed. */

/** What the exit code tells. */
export const EXIT = {
  success: 0,
  /** The command did its work, and the answer is no: something is invalid, unreadable or refused. */
  failure: 1,
  /** Of `diff`, as of the program of that name: there are differences. */
  different: 1,
  /** The command was not understood: unknown flag, missing argument. */
  usage: 2,
  /** Of `diff`: it could not be told, or what is asked for cannot be had. */
  trouble: 2,
  /** A bug in the command; as in sysexits.h. */
  bug: 70,
  /** Whoever read the output went away before its end; as a shell tells of a program that SIGPIPE ended. */
  readerGone: 141,
} as const;

/** Ends a command with an exit code, after its message, if any, was written to stderr. Expected trouble only: it comes without a stack trace. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(message = '', exitCode: number = EXIT.failure, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Much for a message, little for a terminal. */
const LONGEST_MESSAGE = 4_000;

/** A message that may quote a file or a server, which may say much. */
export function bounded(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
}

/** The lines of such a message. Those after the first are indented, so that none of them looks like one of ours. */
export function linesOf(message: string): string[] {
  const lines = bounded(message)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.map((line, index) => (index === 0 || line.startsWith('  ') ? line : `  ${line}`));
}
