/** The flags that say which ElasticWebs of which cluster are meant, and as whom. */

import { InvalidArgumentError, type Option } from 'commander';
import { flag } from './flag.ts';

/** The flags, parsed and checked. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Empty or absent: all. */
  readonly namespace?: readonly string[];
  readonly selector?: string;
}

/** The options of a command that works on the ElasticWebs of a cluster. */
export function clusterOptions(): Option[] {
  return [
    ...connectionOptions(),
    flag('-n, --namespace <name>', 'only ElasticWebs of this namespace; repeatable (default: all)').argParser(
      namespaces,
    ),
    flag('-l, --selector <labels>', 'only ElasticWebs with these labels, such as shard=a (default: all)'),
  ];
}

/** The options that say which cluster is meant, and as whom. */
export function connectionOptions(): Option[] {
  return [
    flag('--kubeconfig <file>', 'kubeconfig; else KUBECONFIG, ~/.kube/config, or the service account of the pod'),
    flag('--context <name>', 'context of the kubeconfig (default: its current one)'),
  ];
}

/** The one namespace of a command that works on the ElasticWebs of files. */
export function namespaceOption(description: string): Option {
  return flag('-n, --namespace <name>', description).argParser(namespaceName);
}

/** The names of namespaces, and of most other things. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** One flag after the other adds up; in the environment they are separated by commas. */
function namespaces(value: string, before: readonly string[] = []): string[] {
  const names = value.split(',').map((name) => name.trim());
  return [...new Set([...before, ...names.map(namespaceName)])];
}

function namespaceName(name: string): string {
  if (!DNS_LABEL.test(name)) throw new InvalidArgumentError(`Expected the name of a namespace, got '${name}'.`);
  return name;
}
