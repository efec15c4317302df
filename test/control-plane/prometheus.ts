/** A real Prometheus on this machine, with its own data, gone without a trace when stopped. */
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensureBinaries } from './binaries.ts';
import { temporaryDirectory } from './guard.ts';
import { onFreePorts } from './ports.ts';
import { Program } from './program.ts';
import { replaceFile } from './replace-file.ts';

export interface PrometheusOptions {
  /** What is scraped: addresses, or the paths of file_sd files, which may change while Prometheus runs. */
  readonly targets: readonly string[] | { readonly file: string | readonly string[] };
  readonly scrapeIntervalSeconds: number;
  /** More of what is scraped, as prometheus.yml has it in `scrape_configs`. */
  readonly scrapeConfigs?: readonly object[];
  /** Groups of alert rules, which are evaluated every second. */
  readonly ruleGroups?: readonly object[];
  /** URLs of other Prometheus servers: what they scrape is taken over as it is, as one above shards does. */
  readonly federate?: readonly string[];
  /** Who may ask it anything: names, each with a bcrypt hash of the password. Default: everybody. */
  readonly users?: Users;
  /** Paths of a certificate and its key: it speaks HTTPS. Default: HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Takes a line now and then while Prometheus is built for the first time; default: the terminal. */
  readonly onProgress?: (line: string) => void;
}

export type Users = Readonly<Record<string, string>>;

export interface Prometheus extends AsyncDisposable {
  /** http://127.0.0.1:PORT/ */
  readonly url: string;
  /** Kills it; its data stay. */
  kill(): Promise<void>;
  /** Starts it again after it was killed, on the same port, with the data it had or with none; returns when it answers. */
  start(options: { readonly empty: boolean }): Promise<void>;
  /** Changes who may ask, from the next request on. */
  setUsers(users: Users): void;
  stop(): Promise<void>;
}

/**
 * Builds Prometheus if need be, starts it, and returns when it answers queries.
 *
 * @throws NoGoError if it has to be built and there is no Go; ProgramError, with its log's end, if it does not start
 */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { prometheus } = await ensureBinaries(['prometheus'], options);
  return onFreePorts(1, ([port = 0]) => startOn(port, prometheus, options));
}

async function startOn(port: number, file: string, options: PrometheusOptions): Promise<Prometheus> {
  await using started = new AsyncDisposableStack();
  const directory = started.use(temporaryDirectory('elasticweb-prometheus-')).path;
  const [config, web, data] = ['prometheus.yml', 'web.yml', 'data'].map((name) => join(directory, name)) as Paths;
  const rules = join(directory, 'rules.yml');
  writeFileSync(rules, stringify({ groups: options.ruleGroups ?? [] }));
  writeFileSync(config, stringify({ ...prometheusConfig(options), rule_files: [rules] }));
  const setUsers = (users: Users | undefined) => replaceFile(web, stringify(webConfig(users, options.tls)));
  setUsers(options.users);
  let starts = 0;
  const run = async () => {
    const logFile = join(directory, 'prometheus.log');
    const program = await Program.start({
      name: 'prometheus',
      file,
      args: argsOf({ port, config, web, data }),
      logFile,
    });
    starts += 1;
    // Its log says so, and a process that was quicker on its port does not write there.
    const ready = () => readFileSync(logFile, 'utf8').split('Server is ready to receive').length > starts;
    await program.until('being ready', ready, 60_000);
    return program;
  };
  let program = await run();
  const kill = () => program.stop({ graceMs: 0 });
  started.defer(kill); // Its data go with it.

  const owned = started.move();
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= owned.disposeAsync());
  const start = async ({ empty }: { empty: boolean }) => {
    if (empty) await rm(data, { recursive: true, force: true });
    program = await run();
  };
  const url = `http${options.tls ? 's' : ''}://127.0.0.1:${port}/`;
  return { url, kill, start, setUsers, stop, [Symbol.asyncDispose]: stop };
}

type Paths = [config: string, web: string, data: string];

function argsOf(place: { port: number; config: string; web: string; data: string }): string[] {
  return [
    `--config.file=${place.config}`,
    `--web.config.file=${place.web}`,
    `--storage.tsdb.path=${place.data}`,
    `--web.listen-address=127.0.0.1:${place.port}`,
    '--scrape.discovery-reload-interval=100ms', // By default a new target waits for up to 5 s.
  ];
}

function prometheusConfig({ targets, scrapeIntervalSeconds, scrapeConfigs = [], federate = [] }: PrometheusOptions) {
  const discovery =
    'file' in targets
      ? { file_sd_configs: [{ files: [targets.file].flat(), refresh_interval: '5s' }] }
      : { static_configs: [{ targets }] };
  const federation = {
    job_name: 'federation',
    honor_labels: true,
    metrics_path: '/federate',
    params: { 'match[]': ['{job="targets"}'] },
    static_configs: [{ targets: federate.map((url) => new URL(url).host) }],
  };
  return {
    global: {
      scrape_interval: `${scrapeIntervalSeconds}s`,
      scrape_timeout: `${scrapeIntervalSeconds}s`,
      evaluation_interval: '1s',
    },
    scrape_configs: [
      { job_name: 'targets', ...discovery },
      ...(federate.length > 0 ? [federation] : []),
      ...scrapeConfigs,
    ],
  };
}

/** https://prometheus.io/docs/prometheus/latest/configuration/https/: read again at each request. */
function webConfig(users: Users | undefined, tls: PrometheusOptions['tls']) {
  return {
    ...(users && { basic_auth_users: users }),
    ...(tls && { tls_server_config: { cert_file: tls.cert, key_file: tls.key } }),
  };
}
