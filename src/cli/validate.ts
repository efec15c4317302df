/** `elasticweb validate`: its flag and its help. */

import { Command } from 'commander';
import { filenameOption, filenamesOf } from './filename-option.ts';
import type { Io } from './io.ts';

const HELP = `
Checks what the API server would check on creation, with strict field
validation: unknown fields, types, bounds, and the rules between fields. What
only the Deployment or the Service itself can refuse shows when the syncer
applies them. Needs no cluster.

The verdicts go to stdout: a line for each valid ElasticWeb and for each wrong
field, and a summary at the end. Objects of other kinds are skipped; what was
skipped or could not be read goes to stderr.

Exit codes: 0 all ElasticWebs are valid, 1 one is invalid, a document could not
be read, or there is no ElasticWeb, 2 the command was not understood.

Examples:
  elasticweb validate -f web.yaml
  elasticweb validate -f k8s/*.yaml
  kustomize build . | elasticweb validate -f -
`;

/** The command. */
export function validateCommand(io: Io): Command {
  return new Command('validate')
    .description('say whether ElasticWebs are valid, and which fields are not')
    .addOption(filenameOption())
    .addHelpText('after', HELP)
    .action(async (_: unknown, command: Command) => {
      // Loaded only now: the parser is most of the time that the command takes.
      const { validateFiles } = await import('./validate-files.ts');
      await validateFiles(filenamesOf(command), io);
    });
}
