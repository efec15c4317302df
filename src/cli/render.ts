/** `elasticweb render`: its flags and its help. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { INT32_MAX } from '../api/schema.ts';
import { filenameOption, filenamesOf } from './filename-option.ts';
import type { Io } from './io.ts';
import { outputOption, type StructuredFormat } from './output-option.ts';

const HELP = `
The manifests are those that the syncer would apply first, but without owner
references, so that they can be applied without a syncer. Needs no cluster.

The number of pods is --replicas, else spec.replicas, else what totalQPS needs,
ceil(totalQPS / singlePodQPS), and 1 without totalQPS. With autoscaling it is at
least 1, and within minReplicas and maxReplicas.

Objects of other kinds are skipped, with a note on stderr. All or nothing: when
an ElasticWeb is invalid or a document cannot be read, nothing is printed, so
that a pipe into kubectl apply never gets half of it. With -o json the manifests
are the items of one List.

Exit codes: 0 printed, 1 nothing was printed, 2 the command was not understood.

Examples:
  What will run?
    elasticweb render -f web.yaml
  Which images are in it?
    elasticweb render -f web.yaml -o json |
      jq -r '.items[].spec.template.spec.containers[]?.image'
  Run it without the syncer:
    elasticweb render -f web.yaml --replicas 3 | kubectl apply -f -
`;

/** The flags, parsed and checked. */
export interface RenderFlags {
  readonly replicas?: number;
  readonly output: StructuredFormat;
}

/** The command. */
export function renderCommand(io: Io): Command {
  return new Command('render')
    .description('print the Deployments and Services of ElasticWebs')
    .addOption(filenameOption())
    .addOption(
      new Option('--replicas <n>', 'number of pods of every Deployment, whatever its spec says').argParser(replicas),
    )
    .addOption(outputOption(['yaml', 'json'], 'format of the manifests'))
    .addHelpText('after', HELP)
    .action(async (flags: RenderFlags, command: Command) => {
      // Loaded only now: the parser and cdk8s are most of the time that the command takes.
      const { renderFiles } = await import('./render-files.ts');
      await renderFiles(filenamesOf(command), flags, io);
    });
}

function replicas(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > INT32_MAX) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${INT32_MAX}.`);
  }
  return number;
}
