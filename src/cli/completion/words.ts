/** What can be said on a command line, read off the program itself. Pure. */

import type { Argument, Command, Option } from 'commander';

/** What may stand somewhere: the name of a file, one of some words, or what nobody can know. */
export type Value =
  | { readonly kind: 'file' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'unknown' };

/** A flag. */
export interface Flag {
  /** `-o`, `--output` */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined: it takes none. */
  readonly value: (Value & { readonly name: string; readonly isOptional: boolean }) | undefined;
  /** Whether several values may follow it. */
  readonly isVariadic: boolean;
}

/** A command. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** What its arguments may be; undefined where it takes none. */
  readonly argument: Value | undefined;
}

/** The program: its own flags, and its commands. */
export interface ProgramWords extends CommandWords {
  readonly commands: readonly CommandWords[];
}

/** Everything that help shows. */
export function wordsOf(program: Command): ProgramWords {
  const commands = program.createHelp().visibleCommands(program);
  const names = commands.map((command) => command.name());
  return { ...commandWords(program, names), commands: commands.map((command) => commandWords(command, names)) };
}

function commandWords(command: Command, commands: readonly string[]): CommandWords {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    flags: command.createHelp().visibleOptions(command).map(flagOf),
    argument: argument && valueOfArgument(argument, commands),
  };
}

function flagOf(option: Option): Flag {
  const { short, long, description, variadic, optional, required } = option;
  return {
    names: [short, long].filter((name) => name !== undefined),
    description,
    value: required || optional ? { ...valueOf(option), isOptional: optional } : undefined,
    isVariadic: variadic,
  };
}

/** The name of a value in angle or square brackets tells what it is: that is how help tells people, too. */
function valueOf({ flags, argChoices }: Option): Value & { readonly name: string } {
  const [, name = ''] = /[<[]([^>\]]*?)(?:\.\.\.)?[>\]]/.exec(flags) ?? [];
  if (argChoices !== undefined) return { kind: 'words', name, words: argChoices };
  if (name.includes('|')) return { kind: 'words', name, words: name.split('|') };
  return { kind: name === 'file' ? 'file' : 'unknown', name };
}

function valueOfArgument(argument: Argument, commands: readonly string[]): Value {
  if (argument.argChoices !== undefined) return { kind: 'words', words: argument.argChoices };
  if (argument.name() === 'command') return { kind: 'words', words: commands };
  return { kind: 'unknown' };
}
