/** `elasticweb completion`: what makes a shell complete command lines, made from the commands themselves so that it is never stale. */

import { Argument, Command } from 'commander';
import type { Io } from './io.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell that can be taught. */
export type Shell = (typeof SHELLS)[number];

const HELP = `
Prints a script that teaches the shell the commands, their flags, and what may
follow these: names of files, or the words that a flag takes. It asks no cluster
and is made from this very program: run it again after an upgrade.

Exit codes: 0 printed, 2 the command was not understood.

Examples:
  bash, for this session, and for all to come:
    source <(elasticweb completion bash)
    echo 'source <(elasticweb completion bash)' >> ~/.bashrc
  zsh, for all to come, after compinit in ~/.zshrc:
    echo 'source <(elasticweb completion zsh)' >> ~/.zshrc
  fish, for all to come:
    elasticweb completion fish > ~/.config/fish/completions/elasticweb.fish
`;

/** The command. It describes the program that it is part of. */
export function completionCommand(io: Io): Command {
  return new Command('completion')
    .description('print a script that completes commands, flags and their values')
    .addArgument(new Argument('<shell>', 'which shell it is for').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(async (shell: Shell, _: unknown, command: Command) => {
      const { completionScript } = await import('./completion/script.ts');
      io.stdout.write(completionScript(command.parent ?? command, shell));
    });
}
