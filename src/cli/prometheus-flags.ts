/** The flags that say where the load is measured: which Prometheus, as whom, and over which windows. */

import type { Option } from 'commander';
import type { Auth, LoadSourceOptions, Pair } from '../prometheus/source.ts';
import { DEFAULT_LABELS } from '../prometheus/selector.ts';
import { flag, wholeNumber } from './flag.ts';

/** The flags, parsed and checked one by one. */
export interface PrometheusFlags {
  readonly prometheusUrl?: string;
  readonly prometheusUsername?: string;
  readonly prometheusPasswordFile?: string;
  readonly prometheusCredentialsFile?: string;
  readonly prometheusBearerTokenFile?: string;
  readonly prometheusSigv4Region?: string;
  /** As they were given: commander would quote what it finds wrong, and it may be secret. */
  readonly prometheusHeader?: readonly string[];
  readonly prometheusQueryParam?: readonly string[];
  readonly prometheusCaFile?: string;
  readonly prometheusCertFile?: string;
  readonly prometheusKeyFile?: string;
  readonly prometheusTimeout: number;
  readonly namespaceLabel: string;
  readonly nameLabel: string;
  readonly interval: number;
  readonly scrapeInterval: number;
  readonly window: number;
  readonly fastWindow?: number;
}

/** The options of the command. Times are whole seconds. */
export function prometheusOptions(): Option[] {
  const seconds = wholeNumber(1, 3600);
  return [
    flag(
      '--prometheus-url <url>',
      'where the load is measured, such as http://prometheus.monitoring:9090; without it ElasticWebs with autoscaling keep their number of pods',
    ),
    flag('--prometheus-username <name>', 'basic authentication, with --prometheus-password-file'),
    flag('--prometheus-password-file <file>', 'the password; files are read again at each use'),
    flag('--prometheus-credentials-file <file>', 'basic authentication with username:password in one file'),
    flag('--prometheus-bearer-token-file <file>', 'the token'),
    flag(
      '--prometheus-sigv4-region <region>',
      "sign as Amazon Managed Prometheus wants it, with the credentials that AWS's tools find",
    ),
    flag(
      '--prometheus-header <name=value>',
      'header of each query, such as X-Scope-OrgID=team-a; repeatable',
    ).argParser(several),
    flag('--prometheus-query-param <name=value>', 'parameter of each query, such as dedup=true; repeatable').argParser(
      several,
    ),
    flag('--prometheus-ca-file <file>', 'authorities that are trusted'),
    flag('--prometheus-cert-file <file>', 'client certificate'),
    flag('--prometheus-key-file <file>', 'its key'),
    flag('--prometheus-timeout <seconds>', 'for each query').default(5).argParser(seconds),
    flag('--namespace-label <label>', 'label of the series that holds the namespace').default(DEFAULT_LABELS.namespace),
    flag('--name-label <label>', 'label of the series that holds the name of the Service').default(DEFAULT_LABELS.name),
    flag('--interval <seconds>', 'how often the load is read').default(5).argParser(seconds),
    flag('--scrape-interval <seconds>', 'how often Prometheus scrapes the pods').default(15).argParser(seconds),
    flag('--window <seconds>', 'over how long the load is averaged; at least 4 times --scrape-interval')
      .default(60)
      .argParser(seconds),
    flag('--fast-window <seconds>', 'in which a rise is looked for (default: 2 times --scrape-interval + 5)').argParser(
      seconds,
    ),
  ];
}

/**
 * What the flags say about Prometheus; undefined without --prometheus-url.
 *
 * @throws TypeError if flags contradict each other
 */
export function loadSourceOptions(flags: PrometheusFlags): LoadSourceOptions | undefined {
  const { prometheusUrl: url } = flags;
  if (url === undefined) {
    const given = Object.keys(flags).find((name) => name.startsWith('prometheus') && name !== 'prometheusTimeout');
    if (given !== undefined) throw new TypeError(`${asFlag(given)} is of no use without --prometheus-url`);
    return undefined;
  }
  if (flags.interval > flags.window) {
    throw new TypeError(
      `--interval ${flags.interval} must not be longer than --window ${flags.window}: what happens in between would be seen by no reading`,
    );
  }
  return {
    url,
    auth: authOf(flags),
    headers: pairs('--prometheus-header', flags.prometheusHeader),
    queryParameters: pairs('--prometheus-query-param', flags.prometheusQueryParam),
    caFile: flags.prometheusCaFile,
    certFile: flags.prometheusCertFile,
    keyFile: flags.prometheusKeyFile,
    timeoutMs: flags.prometheusTimeout * 1000,
    intervalMs: flags.interval * 1000,
    namespaceLabel: flags.namespaceLabel,
    nameLabel: flags.nameLabel,
    scrapeIntervalSeconds: flags.scrapeInterval,
    stableWindowSeconds: flags.window,
    ...(flags.fastWindow !== undefined && { fastWindowSeconds: flags.fastWindow }),
  };
}

/** What may be told of where Prometheus is: a path may be a secret, such as the token of one that is hosted. */
export function shownUrl({ prometheusUrl: url }: PrometheusFlags): string | undefined {
  return url === undefined ? undefined : URL.parse(url)?.origin;
}

function authOf(flags: PrometheusFlags): Auth {
  const { prometheusUsername: username, prometheusPasswordFile: passwordFile } = flags;
  if ((username === undefined) !== (passwordFile === undefined)) {
    throw new TypeError('basic authentication takes both --prometheus-username and --prometheus-password-file');
  }
  const ways: Auth[] = [
    ...(username !== undefined && passwordFile !== undefined
      ? [{ kind: 'basic', username, passwordFile } as const]
      : []),
    ...(flags.prometheusCredentialsFile === undefined
      ? []
      : [{ kind: 'basicFile', file: flags.prometheusCredentialsFile } as const]),
    ...(flags.prometheusBearerTokenFile === undefined
      ? []
      : [{ kind: 'bearer', tokenFile: flags.prometheusBearerTokenFile } as const]),
    ...(flags.prometheusSigv4Region === undefined
      ? []
      : [{ kind: 'aws', region: flags.prometheusSigv4Region } as const]),
  ];
  const [auth = { kind: 'none' }, ...more] = ways;
  if (more.length > 0) {
    throw new TypeError(
      'of username and password, credentials file, bearer token and SigV4, Prometheus takes one only',
    );
  }
  return auth;
}

function asFlag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** One flag after the other adds up; in the environment they are separated by commas. */
function several(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(',')];
}

function pairs(flagName: string, given: readonly string[] = []): Pair[] {
  return given.map((pair, index): Pair => {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new TypeError(`${flagName} takes name=value; number ${index + 1} of those given is not like that`);
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
}
