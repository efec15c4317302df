/** Completion for fish. Pure. */

import type { CommandWords, Flag, ProgramWords, Value } from './words.ts';

/** The script. */
export function fishScript(program: ProgramWords): string {
  const { name, commands } = program;
  const none = '__fish_use_subcommand';
  return [
    `# fish completion for ${name}`,
    `complete -c ${name} -f`,
    ...program.flags.map((flag) => `complete -c ${name} -n ${none} ${flagWords(flag)}`),
    ...commands.flatMap((command) => [
      `complete -c ${name} -n ${none} -a ${command.name} -d ${quoted(command.description)}`,
      ...ofCommand(name, command),
    ]),
    '',
  ].join('\n');
}

function ofCommand(program: string, { name, flags, argument }: CommandWords): string[] {
  const start = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
  return [
    ...flags.map((flag) => `${start} ${flagWords(flag)}`),
    ...(argument?.kind === 'words' ? [`${start} -a ${quoted(argument.words.join(' '))}`] : []),
  ];
}

function flagWords({ names, description, value }: Flag): string {
  const words = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const isOptional = value?.isOptional === true;
  return [...words, ...(value === undefined ? [] : valueWords(value, isOptional)), `-d ${quoted(description)}`].join(
    ' ',
  );
}

function valueWords(value: Value, isOptional: boolean): string[] {
  switch (value.kind) {
    case 'file':
      return ['-r -F'];
    case 'words':
      return [`${isOptional ? '' : '-x '}-a ${quoted(value.words.join(' '))}`];
    case 'unknown':
      return isOptional ? [] : ['-x'];
  }
}

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
