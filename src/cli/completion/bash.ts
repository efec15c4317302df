/** Completion for bash, from 3.2 on, without the package bash-completion. Pure. */

import type { CommandWords, Flag, ProgramWords, Value } from './words.ts';

/** The script. */
export function bashScript(program: ProgramWords): string {
  const { name, commands } = program;
  const names = commands.map((command) => command.name);
  const all: readonly (CommandWords & { readonly key: string })[] = [
    { ...program, argument: { kind: 'words', words: names }, key: '' },
    ...commands.map((command) => ({ ...command, key: command.name })),
  ];
  return `# bash completion for ${name}
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} last= command= word i
  # Bash makes three words of --flag=value.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      -?*) last=$word ;;
      ${names.join(' | ')}) [[ -z $command ]] && command=$word ;;
    esac
  done
  case $command:$prev in
${all.flatMap(({ key, flags }) => flags.map((flag) => valueCase(key, flag, name))).join('')}  esac
  if [[ $cur != -?* ]]; then
    case $command:$last in
${all.flatMap(({ key, flags }) => flags.map((flag) => variadicCase(key, flag, name))).join('')}    esac
  fi
  case $command in
${all.map((command) => commandCase(command, name)).join('')}  esac
}
_${name}_words() {
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}
_${name}_files() {
  local IFS=$'\\n'
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}
complete -F _${name} ${name}
`;
}

/** After a flag comes its value, and nothing else. */
function valueCase(command: string, { names, value }: Flag, program: string): string {
  if (value === undefined || value.isOptional) return '';
  return `    ${patterns(command, names)}) ${complete(value, program)}return ;;\n`;
}

/** Further values of a flag that takes several. */
function variadicCase(command: string, { names, value, isVariadic }: Flag, program: string): string {
  return isVariadic && value ? `      ${patterns(command, names)}) ${complete(value, program)}return ;;\n` : '';
}

function commandCase({ key, flags, argument }: CommandWords & { readonly key: string }, program: string): string {
  const words = [...flags.flatMap(({ names }) => names), ...(argument?.kind === 'words' ? argument.words : [])];
  return `    ${key === '' ? "''" : key}) _${program}_words '${words.join(' ')}' "$cur" ;;\n`;
}

const patterns = (command: string, names: readonly string[]): string =>
  names.map((name) => `${command}:${name}`).join(' | ');

function complete(value: Value, program: string): string {
  switch (value.kind) {
    case 'file':
      return `_${program}_files "$cur"; `;
    case 'words':
      return `_${program}_words '${value.words.join(' ')}' "$cur"; `;
    case 'unknown':
      return '';
  }
}
