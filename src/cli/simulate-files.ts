/** What the autoscaling of an ElasticWeb in a file does with a trace in another, told as chart, summary, rows and picture. */

import { HPA_SYNC_SECONDS } from '../scaling/hpa.ts';
import { initialReplicas } from '../scaling/initial.ts';
import { duration } from './chart/axis.ts';
import type { Chart } from './chart/chart.ts';
import { svgOf } from './chart/svg.ts';
import { textOf } from './chart/terminal.ts';
import { EXIT, Failure } from './failure.ts';
import { type Io, writeLine } from './io.ts';
import { writeRows } from './output-option.ts';
import { Progress } from './progress.ts';
import type { SimulateFlags } from './simulate.ts';
import { hpaLike, syncerLike } from './simulation/autoscalers.ts';
import { type Candidate, findCandidate } from './simulation/candidate.ts';
import { type Replay, replay, type Tick, tickCount } from './simulation/replay.ts';
import { summaryLines } from './simulation/summary-text.ts';
import { readTrace, type Trace, TraceError } from './simulation/trace.ts';
import { reasonOf } from './sources.ts';
import { hasColor, widthOf } from './terminal.ts';

/** More decisions than that are slow, and take more memory than a laptop likes to give: about 200 MB. */
const MOST_TICKS = 1_000_000;

/**
 * Simulates one ElasticWeb, prints chart and summary, and writes the files that are asked for.
 *
 * @throws Failure when flags contradict each other, when there is not one ElasticWeb that scales with its load, when the trace cannot be
 * read or is too long, and when a file cannot be written
 */
export async function simulateFiles(files: readonly string[], flags: SimulateFlags, io: Io): Promise<void> {
  refuseContradictions(files, flags);
  const candidate = await findCandidate(files, flags.name, io);
  const trace = await traceIn(flags.trace, io);
  refuseTooManyTicks(trace, flags);
  const progress = new Progress(io);
  const { ours, hpa } = simulate(candidate, trace, flags, progress);
  progress.clear();
  const chart = chartOf(candidate, trace, flags, { ours, hpa });

  if (flags.csv !== undefined) await write(flags.csv, '--csv', csvOf(ours.ticks), io);
  if (flags.svg !== undefined) await write(flags.svg, '--svg', [svgOf(chart)], io);
  if (flags.output !== 'text') {
    await writeRows(io.stdout, [rowOf(candidate, flags, { ours, hpa })], flags.output);
    return;
  }
  const output = flags.csv === '-' || flags.svg === '-' ? io.stderr : io.stdout;
  writeLine(output, `${chart.title}: ${chart.subtitle ?? ''}`);
  if (flags.chart) {
    const lines = textOf(chart, { width: widthOf(output), color: hasColor(output, io.env) });
    output.write(`\n${lines.join('\n')}\n`);
  }
  output.write(`\n${summaryLines(ours.summary, hpa?.summary).join('\n')}\n`);
}

function refuseContradictions(files: readonly string[], { trace, csv, svg, output }: SimulateFlags): void {
  const refuse = (message: string): never => {
    throw new Failure(`error: ${message}`, EXIT.usage);
  };
  if (files.includes('-') && trace === '-') {
    refuse('-f - and --trace - exclude each other: stdin cannot be read twice');
  }
  if (output !== 'text' && [csv, svg].includes('-')) {
    refuse(`-o ${output} goes to stdout, so --csv and --svg must name files`);
  }
  if (csv !== undefined && csv === svg) refuse(`--csv and --svg both name ${csv}; give each a file of its own`);
  for (const [flag, file] of Object.entries({ '--csv': csv, '--svg': svg })) {
    if (file !== undefined && file !== '-' && [...files, trace].includes(file)) {
      refuse(`${flag} ${file} would overwrite what is read; name another file`);
    }
  }
}

async function traceIn(file: string, io: Io): Promise<Trace> {
  const name = file === '-' ? 'stdin' : file;
  try {
    return await readTrace(file === '-' ? io.stdin : io.readFile(file));
  } catch (error) {
    if (error instanceof TraceError) throw new Failure(`${name}: ${error.message}`);
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new Failure(`${name}: ${reasonOf(error.code, error.message)}`);
  }
}

function refuseTooManyTicks(trace: Trace, { trace: file, interval, compare }: SimulateFlags): void {
  const span = trace.secondsAt(trace.length - 1) - trace.secondsAt(0);
  const shortest = compare === undefined ? interval : Math.min(interval, HPA_SYNC_SECONDS);
  const ticks = tickCount(trace, shortest);
  if (ticks <= MOST_TICKS) return;
  const next =
    shortest === interval
      ? `give an --interval of ${Math.ceil(span / MOST_TICKS) + 1}, or`
      : 'leave out --compare, or give';
  throw new Failure(
    `${file}: the trace is ${duration(span)} long, which is ${ticks} decisions at one each ${shortest} s, and at most ${MOST_TICKS} are simulated; ${next} a shorter trace`,
  );
}

interface Runs {
  readonly ours: Replay;
  readonly hpa: Replay | undefined;
}

/** A simulation for programs: what was simulated, and the figures of each run. */
function rowOf({ name, spec }: Candidate, flags: SimulateFlags, { ours, hpa }: Runs): object {
  const { minReplicas, maxReplicas } = spec.autoscaling;
  return {
    ...{ name, trace: flags.trace, intervalSeconds: flags.interval, readyDelaySeconds: flags.readyDelay },
    ...{ singlePodQPS: spec.singlePodQPS, minReplicas, maxReplicas },
    ...{ elasticweb: ours.summary, hpa: hpa?.summary },
  };
}

function simulate({ spec, object }: Candidate, trace: Trace, flags: SimulateFlags, progress: Progress): Runs {
  const run = {
    trace,
    singlePodQPS: spec.singlePodQPS,
    initialReplicas: flags.initialReplicas ?? initialReplicas(spec),
    readyDelaySeconds: flags.readyDelay,
    onProgress: (done: number, all: number) => progress.tell(`simulating ${done} of ${all} decisions`),
  };
  return {
    ours: replay(syncerLike(spec, object, flags.interval), { ...run, intervalSeconds: flags.interval }),
    hpa: flags.compare && replay(hpaLike(spec), { ...run, intervalSeconds: HPA_SYNC_SECONDS }),
  };
}

function chartOf({ name, spec }: Candidate, trace: Trace, flags: SimulateFlags, { ours, hpa }: Runs): Chart {
  const span = trace.secondsAt(trace.length - 1) - trace.secondsAt(0);
  const { minReplicas, maxReplicas } = spec.autoscaling;
  const source = flags.trace === '-' ? 'stdin' : flags.trace;
  return {
    title: name,
    subtitle: `${source}, ${duration(span)}, a decision each ${flags.interval} s; ${spec.singlePodQPS} requests per second a pod, ${minReplicas} to ${maxReplicas} pods`,
    points: ours.ticks,
    other: hpa && { name: 'HPA', points: hpa.ticks },
  };
}

const ROWS_A_CHUNK = 1_000;

function* csvOf(ticks: readonly Tick[]): Generator<string> {
  yield 'seconds,qps,replicas,reason\n';
  for (let from = 0; from < ticks.length; from += ROWS_A_CHUNK) {
    yield ticks
      .slice(from, from + ROWS_A_CHUNK)
      .map(({ seconds, qps, replicas, reason }) => `${seconds},${qps ?? ''},${replicas},${reason}\n`)
      .join('');
  }
}

async function write(file: string, flag: string, content: Iterable<string>, io: Io): Promise<void> {
  if (file === '-') {
    for (const part of content) io.stdout.write(part);
    return;
  }
  try {
    await io.writeFile(file, content);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new Failure(`${flag} ${file}: could not be written: ${error.message}`);
  }
}
