/** `elasticweb diff`: its flags and its help. */

import { Command } from 'commander';
import { type ClusterFlags, connectionOptions, namespaceOption } from './cluster-flags.ts';
import { filenameOption, filenamesOf } from './filename-option.ts';
import type { Io } from './io.ts';

const HELP = `
Asks the API server by dry run what would become of the ElasticWebs, and lets
the syncer's own code find out, by dry run too, what it would do to their
Deployments and Services: nothing is written. Stdout gets a unified diff of
YAML, without what the API server keeps for itself; stderr gets notes and a
summary.

An ElasticWeb is applied as it was applied before: by kubectl apply, with or
without --server-side, by Argo CD or Flux. What its file no longer sets is gone
where whoever applied it remembers having set it.

The number of pods is the one that the syncer would set: spec.replicas, or what
totalQPS needs. With autoscaling it is the number there is, within minReplicas
and maxReplicas, because nothing is measured here.

The syncer is taken to run with its default settings: what is narrowed by
--allowed-service-types or --max-replicas, and labels other than namespace and
service, are not known here.

A Deployment or Service of that name that is somebody else's is a NameConflict,
which diff says, and an error. A metrics Service that is no longer wanted is
shown as removed.

ElasticWebs without a namespace are meant for --namespace, else for that of the
context, else for default. Whoever runs it needs the rights to get, create and
patch elasticwebs, deployments and services there.

Exit codes: 0 nothing would change, 1 something would, 2 it could not be told,
what is asked for cannot be had, or the command was not understood.

Examples:
  What would change if I applied this file?
    elasticweb diff -f web.yaml
  And in staging?
    elasticweb diff -f web.yaml -n staging --context staging
  In a pipeline, where a difference is no failure:
    kustomize build . | elasticweb diff -f - || [ $? -eq 1 ]
`;

/** The flags, parsed and checked. */
export interface DiffFlags extends Pick<ClusterFlags, 'kubeconfig' | 'context'> {
  readonly namespace?: string;
}

/** The command. */
export function diffCommand(io: Io): Command {
  const command = new Command('diff')
    .description('show what applying ElasticWebs would change in a cluster')
    .addOption(filenameOption());
  for (const option of connectionOptions()) command.addOption(option);
  return command
    .addOption(namespaceOption('of ElasticWebs that name none (default: that of the context)'))
    .addHelpText('after', HELP)
    .action(async (flags: DiffFlags, command: Command) => {
      // Loaded only now, so that help loads no Kubernetes client.
      const { diffFiles } = await import('./diff-files.ts');
      await diffFiles(filenamesOf(command), flags, io);
    });
}
