/** `elasticweb status`: its flags and its help. */

import { Command, Option } from 'commander';
import { type ClusterFlags, clusterOptions } from './cluster-flags.ts';
import type { Io } from './io.ts';

const HELP = `
  QPS       load behind the last decision, in requests per second; only with
            autoscaling
  CAPACITY  what the ready pods serve: singlePodQPS times their number
  PODS      there are / there should be
  LIMITS    minReplicas-maxReplicas
  REASON    why there should be so many, or what is wrong
  MEASURED  when QPS was measured; what changes nothing is not written down, so
            that it may be long ago while nothing happens

REASON NoSyncer: no syncer has ever looked at it. SyncerAway: nor at its last
change, for more than 30 s.

With --watch, a terminal shows what is, and anything else gets a line for each
change, until Ctrl-C. With -o json each line is an object.

Exit codes: 0 shown, 1 not shown, 2 the command was not understood.

Examples:
  elasticweb status
  elasticweb status --namespace shop --namespace blog --watch
  elasticweb status -o json | jq 'select(.reason == "TooManyReplicas") | .name'
`;

/** The flags, parsed and checked. */
export interface StatusFlags extends ClusterFlags {
  readonly output: 'table' | 'json';
  readonly watch: boolean;
}

/** The command. */
export function statusCommand(io: Io): Command {
  const command = new Command('status').description('show load, capacity and pods of the ElasticWebs in a cluster');
  for (const option of clusterOptions()) command.addOption(option);
  return command
    .addOption(new Option('-w, --watch', 'go on showing what changes').default(false))
    .addOption(new Option('-o, --output <format>', 'how it is shown').choices(['table', 'json']).default('table'))
    .addHelpText('after', HELP)
    .action(async (flags: StatusFlags) => {
      // Loaded here, so that help loads no Kubernetes client.
      const { showStatus } = await import('./show-status.ts');
      await showStatus(flags, io);
    });
}
