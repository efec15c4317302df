/** `elasticweb simulate`: its flags and its help. */

import { Command, Option } from 'commander';
import { INT32_MAX } from '../api/schema.ts';
import { filenameOption, filenamesOf } from './filename-option.ts';
import type { Io } from './io.ts';
import { wholeNumber } from './flag.ts';
import { outputOption, type StructuredFormat } from './output-option.ts';

const HELP = `
The trace is CSV or an answer of Prometheus.

CSV has a header seconds,qps, and a row for each moment, with seconds that
ascend. A row holds until the next one. Each cell is what the syncer would read
then, as it is: an empty cell, NaN, Inf or a negative number is a load that is
not known, which is not the same as 0. A third column fastQps is the reading of
the fast window.

  seconds,qps
  0,120
  60,950.5
  75,

Of Prometheus it is the JSON of /api/v1/query_range, or of promtool query range,
with one series: the query must sum. Steps without a value are unknown. To ask
for what the syncer reads, name the namespace and the Service, NAME-metrics, or
NAME without mtargetPort; and leave out Spring's own pages, which probes and
scrapes get, as the examples do. Where metric.type is External, name namespace
and matchLabels.

Decisions are made by the syncer's own code, with its default settings, at the
first row's second and then every --interval seconds. What mode Observe only
recommends is done here. Needs no cluster.

--csv writes a row for each decision: seconds,qps,replicas,reason. With --csv -
they go to stdout, and chart and summary to stderr. -o json and yaml print the
figures of the summary, and no chart.

--compare hpa puts a HorizontalPodAutoscaler beside it: one external metric with
an average value of singlePodQPS, the same limits, and HPA's defaults for all
else, whatever spec.autoscaling.behavior says; it looks every 15 seconds.

In the summary, missing are ready pods that the load of the moment would have
needed, surplus is what there was beyond that; each times how long.

Exit codes: 0 simulated, 1 not simulated, 2 the command was not understood.

Examples:
  Last week's load, a value a minute, from Prometheus:
    promtool query range -o json --step 60s \\
      --start $(date -d '-7 days' +%s) --end $(date +%s) \\
      http://localhost:9090 \\
      'sum(rate(http_server_requests_seconds_count{uri!~"/actuator.*",
        namespace="shop",service="shop-metrics"}[1m]))' > week.json
  The same with curl:
    curl -s http://localhost:9090/api/v1/query_range \\
      -d start=$(date -d '-7 days' +%s) -d end=$(date +%s) -d step=60 \\
      --data-urlencode 'query=sum(rate(
        http_server_requests_seconds_count{uri!~"/actuator.*",
        namespace="shop",service="shop-metrics"}[1m]))' > week.json
  How many pods would there have been?
    elasticweb simulate -f web.yaml --trace week.json
  The same with pods that take 40 s to start, beside an HPA, as a picture:
    elasticweb simulate -f web.yaml --trace week.csv --ready-delay 40 \\
      --compare hpa --svg week.svg
  Why were there so many pods?
    elasticweb simulate -f web.yaml --trace week.csv --csv - | grep ,20,
`;

/** The flags, parsed and checked. */
export interface SimulateFlags {
  readonly trace: string;
  readonly csv?: string;
  readonly svg?: string;
  readonly initialReplicas?: number;
  readonly interval: number;
  readonly readyDelay: number;
  readonly name?: string;
  readonly compare?: 'hpa';
  readonly chart: boolean;
  readonly output: 'text' | StructuredFormat;
}

/** The longest that makes sense between two decisions, and until a pod is ready. */
const DAY_SECONDS = 86_400;

/** The command. */
export function simulateCommand(io: Io): Command {
  return new Command('simulate')
    .description('replay a trace of load: how many pods there would have been')
    .addOption(filenameOption())
    .addOption(new Option('--trace <file>', 'the trace: CSV, or JSON of Prometheus; - for stdin').makeOptionMandatory())
    .addOption(new Option('--name <name>', 'which ElasticWeb, if there are several: NAME or NAMESPACE/NAME'))
    .addOption(
      new Option('--initial-replicas <n>', 'pods at the start (default: as for a first Deployment)').argParser(
        wholeNumber(0, INT32_MAX),
      ),
    )
    .addOption(
      new Option('--interval <s>', 'seconds between two decisions').default(15).argParser(wholeNumber(1, DAY_SECONDS)),
    )
    .addOption(
      new Option('--ready-delay <s>', 'seconds until a new pod is ready')
        .default(0)
        .argParser(wholeNumber(0, DAY_SECONDS)),
    )
    .addOption(new Option('--compare <what>', 'what else to run over the trace').choices(['hpa']))
    .addOption(outputOption(['text', 'json', 'yaml'], 'how the summary is told'))
    .addOption(new Option('--csv <file>', 'write a row for each decision, - for stdout'))
    .addOption(new Option('--svg <file>', 'write a picture, - for stdout'))
    .addOption(new Option('--chart', 'draw a chart in the terminal').default(true))
    .addOption(new Option('--no-chart', 'print the summary alone'))
    .addHelpText('after', HELP)
    .action(async (flags: SimulateFlags, command: Command) => {
      // Loaded only now: the parsers are most of the time that help would take.
      const { simulateFiles } = await import('./simulate-files.ts');
      await simulateFiles(filenamesOf(command), flags, io);
    });
}
