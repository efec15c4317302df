/** What `elasticweb` is on the command line: its commands, its help, and what each outcome is as an exit code. */

import { Command, CommanderError } from 'commander';
import { VERSION } from '../api/version.ts';
import { completionCommand } from './completion.ts';
import { diffCommand } from './diff.ts';
import { EXIT, Failure, linesOf } from './failure.ts';
import { writeLine, type Io } from './io.ts';
import { renderCommand } from './render.ts';
import { simulateCommand } from './simulate.ts';
import { statusCommand } from './status.ts';
import { syncerCommand } from './syncer.ts';
import { validateCommand } from './validate.ts';

const HELP = `
Examples:
  Is it a valid ElasticWeb?
    elasticweb validate -f web.yaml
  What will run?
    elasticweb render -f web.yaml
  What would change in the cluster?
    elasticweb diff -f web.yaml
  Run it without the syncer:
    elasticweb render -f web.yaml | kubectl apply -f -
  How many pods would last week's traffic have got?
    elasticweb simulate -f web.yaml --trace week.csv
  What runs, and why so many?
    elasticweb status

Exit codes: 0 done, 1 not done, 2 the command was not understood, 141 nobody
reads the output any more; those of diff are in its own help.
`;

/**
 * Runs one command line, without the program's name, and says with which code the process should exit.
 *
 * Usage errors and failures were written to stderr by then. What is thrown is a bug.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    await program(io).parseAsync(args, { from: 'user' });
    return EXIT.success;
  } catch (error) {
    // Commander wrote its message; asking for help or the version also comes this way.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    if (!(error instanceof Failure)) throw error;
    for (const line of linesOf(error.message)) writeLine(io.stderr, line);
    if (io.env.ELASTICWEB_DEBUG && error.cause instanceof Error) io.stderr.write(`${error.cause.stack ?? ''}\n`);
    return error.exitCode;
  }
}

/** The program. Each command loads what it needs when it runs, so that help is fast and `render` loads no Kubernetes client. */
function program(io: Io): Command {
  const program = new Command('elasticweb')
    .description('Web services on Kubernetes that scale with their traffic.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help')
    .addHelpText('after', HELP)
    .showHelpAfterError('(--help shows how it is used)')
    // The flags of the syncer are long, and a terminal of 80 columns has room for both.
    .configureHelp({ minWidthToWrap: 30 })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // What was meant for a flag that there is not, such as --prometheus-password, may be a secret.
      outputError: (text, write) => write(text.replace(/^(error: unknown option '--?[^'=]*)=[^]*'/, "$1'")),
    });
  for (const command of [
    renderCommand(io),
    validateCommand(io),
    diffCommand(io),
    simulateCommand(io),
    statusCommand(io),
    syncerCommand(io),
    completionCommand(io),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}
