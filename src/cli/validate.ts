/** `elasticweb validate`: its flag and its help. */

import { Command } from 'commander';
import { filenameOption, filenamesOf } from './filename-option.ts';
import type { Io } from './io.ts';
import { outputOption, type StructuredFormat } from './output-option.ts';

const HELP = `
Checks what the API server would check on creation, with strict field
validation: unknown fields, types, bounds, and the rules between fields. What
only the Deployment or the Service itself can refuse shows when the syncer
applies them. Needs no cluster.

The verdicts go to stdout: a line for each valid ElasticWeb and for each wrong
field, and a summary at the end. Objects of other kinds are skipped; what was
skipped or could not be read goes to stderr. With -o json or yaml, stdout has an
object for every document, with where it stands, its verdict (valid, invalid,
skipped, unreadable) and its errors.

Exit codes: 0 all ElasticWebs are valid, 1 one is invalid, a document could not
be read, or there is no ElasticWeb, 2 the command was not understood.

Examples:
  Before a commit:
    elasticweb validate -f k8s/*.yaml
  What another tool makes:
    kustomize build . | elasticweb validate -f -
  Which fields are wrong, for a program:
    elasticweb validate -f web.yaml -o json | jq -r '.errors[].path'
`;

/** The flags, parsed and checked. */
export interface ValidateFlags {
  readonly output: 'text' | StructuredFormat;
}

/** The command. */
export function validateCommand(io: Io): Command {
  return new Command('validate')
    .description('say whether ElasticWebs are valid, and which fields are not')
    .addOption(filenameOption())
    .addOption(outputOption(['text', 'json', 'yaml'], 'how the verdicts are told'))
    .addHelpText('after', HELP)
    .action(async (flags: ValidateFlags, command: Command) => {
      // Loaded only now: the parser is most of the time that the command takes.
      const { validateFiles } = await import('./validate-files.ts');
      await validateFiles(filenamesOf(command), flags, io);
    });
}
