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

/** The options of a command. */
export function clusterOptions(): Option[] {
  return [
    flag('--kubeconfig <file>', 'kubeconfig; else KUBECONFIG, ~/.kube/config, or the service account of the pod'),
    flag('--context <name>', 'context of the kubeconfig (default: its current one)'),
    flag('--namespace <name>', 'only ElasticWebs of this namespace; repeatable (default: all)').argParser(namespaces),
    flag('--selector <labels>', 'only ElasticWebs with these labels, such as shard=a (default: all)'),
  ];
}

/** The names of namespaces, and of most other things. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** One flag after the other adds up; in the environment they are separated by commas. */
function namespaces(value: string, before: readonly string[] = []): string[] {
  const names = value.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!DNS_LABEL.test(name)) {
      throw new InvalidArgumentError(`Expected the name of a namespace, got '${name}'.`);
    }
  }
  return [...new Set([...before, ...names])];
}
