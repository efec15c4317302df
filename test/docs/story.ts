/** A page as one story: its blocks in the order of the page, in one bash, as a reader would type them. */

import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnGuarded } from '../control-plane/guard.ts';
import type { Block, Page } from './page.ts';
import { exchangesOf, missingLine, type Exchange } from './transcript.ts';

/** Commands of a page, and what it shows of their output. */
interface Step {
  /** Where they begin in the page. */
  readonly line: number;
  readonly commands: string;
  readonly shown: readonly string[];
  readonly mayFail: boolean;
}

export interface StoryOptions {
  /** Where it plays. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** For the script and what it prints. */
  readonly directory: string;
  /** For the whole page. */
  readonly timeoutMs: number;
}

/** Whether there is anything in the page to be run. */
export const isStory = (page: Page): boolean => stepsIn(page).length > 0;

/**
 * Runs everything in a page that is to be run.
 *
 * @throws Error that names the line of the page, the command, and what was printed, when a command fails or prints what the page does not show
 */
export async function play(page: Page, { cwd, env, directory, timeoutMs }: StoryOptions): Promise<void> {
  const steps = stepsIn(page);
  const script = join(directory, 'page.sh');
  const log = join(directory, 'page.log');
  writeFileSync(script, scriptOf(steps));
  const output = openSync(log, 'w');
  const stdio = ['ignore', output, output] as const; // Of one terminal: what is printed stays in order.
  const bash = spawnGuarded('bash', [script], { cwd, env, stdio: [...stdio] });
  closeSync(output);
  const timer = setTimeout(() => endGroup(bash.pid), timeoutMs);
  const [code, signal] = (await once(bash, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  endGroup(bash.pid); // What a page leaves running in the background.
  judge(page, steps, readFileSync(log, 'utf8'), signal === null ? `code ${code ?? '?'}` : `no end in ${timeoutMs} ms`);
}

/** The steps of a page, in its order. */
function stepsIn({ path, blocks }: Page): Step[] {
  const steps: Step[] = [];
  for (const block of blocks) {
    if (block.notRun !== undefined) continue;
    if (block.language !== 'console' || block.text.startsWith('$ ')) steps.push(...stepsOf(block));
    else {
      const before = steps.pop();
      if (before === undefined) throw new Error(`${path}:${block.line}: output is shown of no commands`);
      steps.push({ ...before, shown: block.text.split('\n') });
    }
  }
  return steps;
}

function stepsOf({ line, language, text, file, first }: Block): Step[] {
  const step = (line: number, commands: string): Step => ({ line, commands, shown: [], mayFail: false });
  const name = file ?? `line-${line}.ts`;
  const isRun = language === 'ts';
  const before = [
    ...(first === undefined ? [] : [step(first.line, first.value)]),
    ...(file === undefined && !isRun ? [] : [step(line, save(name, text))]),
  ];
  switch (language) {
    case 'bash':
      return [...before, step(line + 1, text)];
    case 'console':
      return [...before, ...exchangesOf(text).map((exchange) => stepOf(exchange, line + 1))];
    case 'ts':
      return [...before, step(line, `node ${name}`)];
    default:
      return before;
  }
}

const stepOf = ({ offset, command, shown }: Exchange, line: number): Step => ({
  line: line + offset,
  commands: command,
  shown,
  // What is shown says whether it went as it should: an error may be what there is to be seen.
  mayFail: shown.length > 0,
});

const save = (file: string, text: string): string =>
  `mkdir -p "$(dirname '${file}')"\ncat > '${file}' <<'END OF ${file}'\n${text}\nEND OF ${file}`;

/** Separates what the steps print. */
const MARK = '\u001e';

function scriptOf(steps: readonly Step[]): string {
  const lines = ['set -Eeuo pipefail', `trap 'echo "line $((LINENO - begun)) of the block ended with code $?"' ERR`];
  for (const { commands, mayFail } of steps) {
    lines.push(`begun=$LINENO; printf '${MARK}'`, mayFail ? `{ ${commands}\n} || true` : commands);
  }
  return `${lines.join('\n')}\nprintf '${MARK}'\n`;
}

/** Compares what was printed with what the page shows. */
function judge(page: Page, steps: readonly Step[], log: string, end: string): void {
  const [, ...printed] = log.split(MARK);
  for (const [index, { line, commands, shown }] of steps.entries()) {
    const output = printed[index] ?? '';
    const fail = (what: string) => new Error(`${page.path}:${line}: ${what}\n\n${commands}\n\nprinted:\n\n${output}`);
    if (printed.length <= index + 1) throw fail(`this failed (${end})`);
    const missing = missingLine(shown, output);
    if (missing !== undefined) throw fail(`the page shows a line that was not printed:\n\n${missing}\n\nOf this,`);
  }
}

/** Ends bash and everything that it started. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}
