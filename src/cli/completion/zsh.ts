/** Completion for zsh. Pure. */

import type { CommandWords, Flag, ProgramWords, Value } from './words.ts';

/** The script. It can be sourced, and it can be a file in $fpath. */
export function zshScript(program: ProgramWords): string {
  const { name, commands } = program;
  return `#compdef ${name}
_${name}() {
  local state
  local -a commands
  commands=(
${commands.map((command) => `    ${quoted(`${command.name}:${command.description}`)}\n`).join('')}  )
  _arguments -C \\
${program.flags
  .flatMap(specsOf)
  .map((spec) => `    ${spec} \\\n`)
  .join('')}    '1: :->command' \\
    '*:: :->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $words[1] in
${commands.map((command) => commandCase(command)).join('')}      esac
      ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function commandCase({ name, flags, argument }: CommandWords): string {
  const specs = [...flags.flatMap(specsOf), ...(argument === undefined ? [] : [quoted(`*: :${actionOf(argument)}`)])];
  return `        ${name}) _arguments ${specs.map((spec) => `\\\n          ${spec} `).join('')};;\n`;
}

/** What _arguments takes: a specification for each name of a flag. */
function specsOf({ names, description, value, isVariadic }: Flag): string[] {
  const about = `[${description.replaceAll(/[[\]]/g, '\\$&')}]`;
  const message = value === undefined ? '' : value.name.replaceAll(':', '\\:');
  const after = value === undefined ? '' : `${value.isOptional ? '::' : ':'}${message}:${actionOf(value)}`;
  return names.map((name) => {
    // Long flags take their value with = or as the next word.
    const isLong = name.startsWith('--') && value !== undefined;
    return quoted(
      `*${name}${isLong ? '=' : ''}${about}${isVariadic && value ? `:*-*:${message}:${actionOf(value)}` : after}`,
    );
  });
}

function actionOf(value: Value): string {
  switch (value.kind) {
    case 'file':
      return '_files';
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'unknown':
      return ' ';
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
