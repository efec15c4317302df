/** `elasticweb status`: its flags and its help. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { type ClusterFlags, clusterOptions } from './cluster-flags.ts';
import type { Io } from './io.ts';
import { outputOption, type StructuredFormat } from './output-option.ts';

const HELP = `
  QPS       load behind the last decision, in requests per second; only with
            autoscaling
  CAPACITY  what the ready pods serve: singlePodQPS times their number
  PODS      ready / there should be
  LIMITS    minReplicas-maxReplicas
  REASON    why there should be so many, or what is wrong
  MEASURED  when QPS was measured; what changes nothing is not written down, so
            that it may be long ago while nothing happens

REASON NoSyncer: no syncer has ever looked at it. SyncerAway: nor at its last
change, for more than 30 s.

With names, those ElasticWebs are shown alone, and below them what more there is
to say about their reasons.

With --watch, a terminal shows what is, and anything else gets a line for each
change, until Ctrl-C. With -o json each line is an object, with -o yaml each
document; both say more than the table.

Exit codes: 0 shown, 1 not shown or one that is named is not there, 2 the
command was not understood.

Examples:
  What runs, and why so many?
    elasticweb status
  What is the matter with this one?
    elasticweb status shop -n prod
  What happens to two namespaces?
    elasticweb status -n shop -n blog --watch
  Which would have more pods if they might?
    elasticweb status -o json |
      jq -r 'select(.reason == "TooManyReplicas") | .name'
`;

/** The flags, parsed and checked. */
export interface StatusFlags extends ClusterFlags {
  readonly output: 'table' | StructuredFormat;
  readonly watch: boolean;
}

/** An ElasticWeb that is asked for; without namespace, in whichever it is. */
export interface AskedFor {
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The command. */
export function statusCommand(io: Io): Command {
  const command = new Command('status')
    .description('show load, capacity and pods of the ElasticWebs in a cluster')
    .argument('[name...]', 'only these: NAME or NAMESPACE/NAME (default: all)', askedFor);
  for (const option of clusterOptions()) command.addOption(option);
  return command
    .addOption(new Option('-w, --watch', 'go on showing what changes').default(false))
    .addOption(outputOption(['table', 'json', 'yaml'], 'how it is shown'))
    .addHelpText('after', HELP)
    .action(async (names: readonly AskedFor[], flags: StatusFlags) => {
      // Loaded here, so that help loads no Kubernetes client.
      const { showStatus } = await import('./show-status.ts');
      await showStatus(names, flags, io);
    });
}

/** One name after the other adds up. */
function askedFor(value: string, before: readonly AskedFor[] = []): AskedFor[] {
  const [, namespace, name] = /^(?:([-a-z0-9]+)\/)?([-a-z0-9]+)$/.exec(value) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`Expected NAME or NAMESPACE/NAME, got '${value}'.`);
  return [...before, { namespace, name }];
}
