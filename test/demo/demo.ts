/** `npm run demo`: the main job of the product, on a real control plane, from nothing to nothing. */

import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { Screen } from './screen.ts';
import { existingStage, ownStage, seconds } from './stage.ts';
import { Story } from './story.ts';

const root = join(import.meta.dirname, '../..');

interface DemoFlags {
  readonly keep?: boolean;
  readonly context?: string;
  readonly yes?: boolean;
  readonly svg: string;
}

const {
  keep = false,
  context,
  yes = false,
  svg,
} = new Command('demo')
  .description('Shows what elasticweb does, on a control plane of its own.')
  .option('--keep', 'leave the cluster up at the end, until Ctrl-C')
  .option('--context <name>', 'use the cluster of this kubectl context instead, after asking')
  .option('--yes', 'do not ask')
  .option('--svg <file>', 'where the chart of load and pods is written', join(tmpdir(), 'elasticweb-demo.svg'))
  .parse()
  .opts<DemoFlags>();

const screen = new Screen(process.stdout);
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));
const startMs = performance.now();
try {
  await play();
} catch (error) {
  const wasInterrupted = interrupted.signal.aborted;
  screen.line();
  screen.missed(wasInterrupted ? 'interrupted' : error instanceof Error ? error.message : String(error));
  process.exitCode = wasInterrupted ? 130 : 1;
}

async function play(): Promise<void> {
  screen.chapter('Synthesize', 'The same construct that the syncer uses writes the YAML in dist/.');
  await promisify(execFile)(process.execPath, [join(root, 'src/main.ts')], { cwd: root });
  screen.seen('npm run synth: dist/crd.k8s.yaml, dist/install.k8s.yaml, dist/sample.k8s.yaml');

  await using stage = context === undefined ? await ownStage(screen) : await existingStage(screen, context, yes);
  await new Story(screen, stage, interrupted.signal).tell(keep, svg);
  screen.line();
  screen.line(`That was everything, in ${seconds(startMs)}.`);
  if (!keep) return;
  screen.line(
    'The cluster stays up, with the last ElasticWeb in it, until Ctrl-C here. To use it in another terminal:',
  );
  screen.line(`  ${stage.hint}`);
  screen.line('The syncer of this demo goes on, too; a second one would write beside it. Its log:');
  screen.line(`  ${stage.log}`);
  // The cluster's processes do not keep this one alive; a timer does.
  await sleep(2 ** 31 - 1, undefined, { signal: interrupted.signal }).catch(() => undefined);
  screen.line();
  screen.line('Ending syncer and cluster.');
}
