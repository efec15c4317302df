/** `elasticweb syncer`: its flags, each also an environment variable. */

import { Command, InvalidArgumentError } from 'commander';
import { INT32_MAX } from '../api/schema.ts';
import { SERVICE_TYPES } from '../api/spec.ts';
import { DEFAULT_MAX_REPLICAS } from '../scaling/initial.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '../syncer/log.ts';
import { type ClusterFlags, clusterOptions, DNS_LABEL } from './cluster-flags.ts';
import { flag, wholeNumber } from './flag.ts';
import type { Io } from './io.ts';
import { type PrometheusFlags, prometheusOptions } from './prometheus-flags.ts';

const HELP = `
Runs in the cluster or against a kubeconfig, until SIGTERM. Each flag is also an
environment variable: ELASTICWEB_MAX_REPLICAS for --max-replicas, with commas
where the flag is repeatable. Times are whole seconds. The log goes to stderr.

Exit codes: 0 stopped by SIGTERM or SIGINT, 1 there was no API server to talk
to, or the Lease was lost, 2 the command was not understood.

Examples:
  Keep all ElasticWebs of the cluster that kubectl talks to:
    elasticweb syncer --log-format text
  Keep those of two namespaces, with cluster-internal Services only:
    elasticweb syncer -n shop -n blog --allowed-service-types ClusterIP
  Scale with the load that a Prometheus measures, which scrapes every 30 s:
    elasticweb syncer --prometheus-url http://localhost:9090 \\
      --scrape-interval 30 --window 120
`;

/** The flags, parsed and checked. */
export interface SyncerFlags extends ClusterFlags, PrometheusFlags {
  readonly workers: number;
  readonly allowedServiceTypes: readonly string[];
  readonly maxReplicas: number;
  readonly leaderElect: boolean;
  readonly leaseNamespace?: string;
  readonly leaseName?: string;
  readonly listen?: ListenAddress;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** Where to listen; without host: on all addresses. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** The command. Every flag is also an environment variable: `ELASTICWEB_MAX_REPLICAS` for `--max-replicas`. */
export function syncerCommand(io: Io): Command {
  const command = new Command('syncer').description('keep Deployments and Services as their ElasticWebs say');
  for (const option of clusterOptions()) command.addOption(option);
  command
    .addOption(flag('--workers <n>', 'ElasticWebs worked on at a time').default(8).argParser(wholeNumber(1, 256)))
    .addOption(
      flag('--allowed-service-types <types>', 'Service types that an ElasticWeb may ask for, comma-separated')
        .default(SERVICE_TYPES, SERVICE_TYPES.join(','))
        .argParser(serviceTypes),
    )
    .addOption(
      flag('--max-replicas <n>', 'the largest number of pods of one ElasticWeb')
        .default(DEFAULT_MAX_REPLICAS)
        .argParser(wholeNumber(1, INT32_MAX)),
    )
    .addOption(
      flag('--leader-elect [true|false]', 'work only while holding a Lease, so that of several syncers one works')
        .default(false)
        .preset('true')
        .argParser(truth),
    )
    .addOption(
      flag(
        '--lease-namespace <name>',
        'namespace of the Lease (default: that of the pod; outside of the cluster elasticweb-system)',
      ).argParser(dnsLabel('namespace')),
    )
    .addOption(
      flag('--lease-name <name>', 'name of the Lease (default: one for each --selector and --namespace)').argParser(
        dnsLabel('Lease'),
      ),
    )
    .addOption(
      flag(
        '--listen <address>',
        'serve /metrics, /healthz and /readyz there: host:port, or :port for all addresses',
      ).argParser(listenAddress),
    )
    .addOption(flag('--log-level <level>', 'least important lines shown').choices(LOG_LEVELS).default('info'))
    .addOption(
      flag('--log-format <format>', 'one JSON object a line, or text for people').choices(LOG_FORMATS).default('json'),
    );
  for (const option of prometheusOptions()) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (flags: SyncerFlags) => {
    // Loaded here, so that the other commands start without a Kubernetes client.
    const { startSyncer } = await import('./start-syncer.ts');
    await startSyncer(flags, io);
  });
}

function dnsLabel(what: string): (value: string) => string {
  return (value) => {
    if (!DNS_LABEL.test(value)) throw new InvalidArgumentError(`Expected the name of a ${what}, got '${value}'.`);
    return value;
  };
}

/** As Kubernetes' own flags: `--leader-elect`, `--leader-elect=false`. */
function truth(value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new InvalidArgumentError(`Expected true or false, got '${value}'.`);
  return value === 'true';
}

function listenAddress(value: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(value) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError(`Expected host:port, [IPv6 address]:port or :port, got '${value}'.`);
  }
  const host = bracketed ?? plain;
  return { host: host === '' ? undefined : host, port: Number(port) };
}

function serviceTypes(value: string): string[] {
  const types = value.split(',').map((type) => type.trim());
  for (const type of types) {
    if (!(SERVICE_TYPES as readonly string[]).includes(type)) {
      throw new InvalidArgumentError(`Expected some of ${SERVICE_TYPES.join(', ')}, got '${type}'.`);
    }
  }
  return types;
}
