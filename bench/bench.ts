/** `npm run bench`: how quick and how economical the syncer is, beside the bare writes and any other controller. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { against, type Contender, floor, syncer } from './contenders.ts';
import { type Measured, medians, SCENARIOS, type ScenarioName } from './figures.ts';
import { noiseText, tableText, verdictText } from './report.ts';
import { judgeScaling } from './scaling/report.ts';
import { measureScaling } from './scaling/run.ts';
import { runScenarios } from './scenarios.ts';
import { judge } from './targets.ts';
import { compareTransports, transportText } from './transport.ts';

const PARTS = ['floor', 'syncer', 'against', 'scaling', 'transport'] as const;

interface Flags {
  readonly count: number;
  readonly rounds: number;
  readonly scenarios: readonly ScenarioName[];
  readonly quietSeconds: number;
  readonly against?: string;
  readonly only?: readonly (typeof PARTS)[number][];
  readonly steps: number;
  readonly json?: string;
}

const command = new Command('bench')
  .description(
    'Measures the syncer on a real etcd and kube-apiserver that have nothing else to do, beside a process that makes the bare writes.\n' +
      'Seconds are those of this machine in this minute; the ratios within one run are what counts.',
  )
  .addOption(new Option('-n, --count <n>', 'ElasticWebs').default(1000).argParser(wholeNumber))
  .addOption(new Option('--rounds <n>', 'medians of so many rounds are shown').default(1).argParser(wholeNumber))
  .addOption(
    new Option('--scenarios <names>', 'comma-separated; create always runs')
      .default(SCENARIOS, SCENARIOS.join(','))
      .argParser(oneOrMore(SCENARIOS)),
  )
  .addOption(new Option('--quiet-seconds <n>', 'length of the scenario quiet').default(60).argParser(wholeNumber))
  .option(
    '--against <command>',
    'measure another controller, too: a shell command that finds the cluster by KUBECONFIG',
  )
  .addOption(
    new Option('--only <parts>', `comma-separated: ${PARTS.join(', ')} (default: all but transport)`).argParser(
      oneOrMore(PARTS),
    ),
  )
  .addOption(
    new Option('--steps <n>', 'how many steps of the load the part scaling takes').default(5).argParser(wholeNumber),
  )
  .option('--json <file>', 'write all figures of all rounds there')
  .parse();
const flags = command.opts<Flags>();
if (flags.only?.includes('against') === true && flags.against === undefined) {
  command.error('error: --only against needs --against <command>', { exitCode: 2 });
}

// The floor and the part scaling run the package, built from what is here now. What the build says is no result.
execFileSync(process.execPath, ['--run', 'build'], { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 2, 2] });

const progress = (line: string) => void process.stderr.write(`${line}\n`);
const print = (text: string) => void process.stdout.write(`${text}\n`);
const parts = new Set(flags.only ?? ['floor', 'syncer', 'against', 'scaling']);
const other = flags.against;
const contenders: readonly Contender[] = [
  ...(parts.has('floor') ? [floor] : []),
  ...(parts.has('syncer') ? [syncer] : []),
  ...(parts.has('against') && other !== undefined ? [against(other)] : []),
];

const rounds = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
for (let round = 1; round <= flags.rounds && contenders.length > 0; round += 1) {
  progress(`round ${round} of ${flags.rounds}`);
  for (const contender of contenders) {
    const options = {
      count: flags.count,
      scenarios: new Set(flags.scenarios),
      quietSeconds: flags.quietSeconds,
      onProgress: progress,
    };
    rounds.get(contender.name)?.push(await runScenarios(contender, options));
  }
}
const results = new Map([...rounds].map(([name, measured]) => [name, medians(measured)]));
const ours = results.get('syncer');
const verdicts = ours === undefined ? [] : judge(ours.figures, results.get('floor')?.figures, flags.count);
if (contenders.length > 0) {
  print(
    `\n${flags.count} ElasticWebs, ${flags.rounds} round(s), ${cpus().length} cores; in brackets: times the floor\n`,
  );
  print(tableText(results));
  const noise = noiseText(results);
  if (noise !== undefined) print(`\n${noise}`);
}
if (verdicts.length > 0) print(`\nTargets of the syncer\n\n${verdictText(verdicts)}`);

const scaling = parts.has('scaling') ? await measureScaling(flags.steps, progress) : undefined;
const scalingVerdicts = scaling === undefined ? [] : judgeScaling(scaling);
if (scaling !== undefined) {
  print(`\nScaling, on a real Prometheus that scrapes every 5 s; medians of ${flags.steps} steps\n`);
  print(verdictText(scalingVerdicts));
}

const transports = parts.has('transport') ? await compareTransports({ rounds: 5, onProgress: progress }) : undefined;
if (transports !== undefined) print(`\n${transportText(transports)}`);

if (flags.json !== undefined) {
  const all = { flags, rounds: Object.fromEntries(rounds), verdicts, scaling, transports };
  writeFileSync(flags.json, `${JSON.stringify(all, null, 2)}\n`);
}
if ([...verdicts, ...scalingVerdicts].some(({ met }) => !met)) process.exitCode = 1;

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError(`Expected a whole number from 1, got '${value}'.`);
  return number;
}

function oneOrMore<Name extends string>(names: readonly Name[]): (value: string) => Name[] {
  return (value) =>
    value.split(',').map((word) => {
      const name = names.find((candidate) => candidate === word.trim());
      if (name === undefined) throw new InvalidArgumentError(`Expected some of ${names.join(', ')}, got '${word}'.`);
      return name;
    });
}
