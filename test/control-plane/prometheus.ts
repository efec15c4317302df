/** A real Prometheus on this machine, with its own data, gone without a trace when stopped. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensureBinaries } from './binaries.ts';
import { temporaryDirectory } from './guard.ts';
import { onFreePorts } from './ports.ts';
import { Program } from './program.ts';

export interface PrometheusOptions {
  /** What is scraped: addresses, or the path of a file_sd file, which may change while Prometheus runs. */
  readonly targets: readonly string[] | { readonly file: string };
  readonly scrapeIntervalSeconds: number;
  /** Takes a line now and then while Prometheus is built for the first time; default: the terminal. */
  readonly onProgress?: (line: string) => void;
}

export interface Prometheus extends AsyncDisposable {
  /** http://127.0.0.1:PORT/ */
  readonly url: string;
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
  const config = join(directory, 'prometheus.yml');
  writeFileSync(config, stringify(prometheusConfig(options)));
  const program = await Program.start({
    name: 'prometheus',
    file,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--scrape.discovery-reload-interval=100ms', // By default a new target waits for up to 5 s.
    ],
    logFile: join(directory, 'prometheus.log'),
  });
  started.defer(() => program.stop({ graceMs: 0 })); // Its data go with it.
  const url = `http://127.0.0.1:${port}/`;
  await program.until('being ready', async () => (await fetch(new URL('-/ready', url))).ok, 60_000);

  const owned = started.move();
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= owned.disposeAsync());
  return { url, stop, [Symbol.asyncDispose]: stop };
}

function prometheusConfig({ targets, scrapeIntervalSeconds }: PrometheusOptions) {
  const discovery =
    'file' in targets ? { file_sd_configs: [{ files: [targets.file] }] } : { static_configs: [{ targets }] };
  return {
    global: { scrape_interval: `${scrapeIntervalSeconds}s`, scrape_timeout: `${scrapeIntervalSeconds}s` },
    scrape_configs: [{ job_name: 'targets', ...discovery }],
  };
}
