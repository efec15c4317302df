/** The syncer as users run it: a process of its own. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlaneAccess } from '../control-plane/control-plane.ts';
import { Program } from '../control-plane/program.ts';

const root = join(import.meta.dirname, '../..');
const START_MS = 30_000;

/** The label of ElasticWebs that the common syncer of a test run leaves to a test with a syncer of its own. */
export const OWN_SYNCER_LABEL = 'elasticweb-test/syncer';

/** Starts `elasticweb syncer` with these flags, and returns when it watches. Its log is `NAME.log` in the directory; `env` adds to our environment. */
export async function runSyncer(
  directory: string,
  name: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const logFile = join(directory, `${name}.log`);
  const args = [join(root, 'src/cli/bin.ts'), 'syncer', ...flags];
  const program = await Program.start({
    ...{ name, file: process.execPath, args, logFile },
    env: { ...process.env, ...env },
  });
  // Of a syncer that was started before under this name, the log has this line, too.
  const lines = async () => (await readFile(logFile, 'utf8')).split('\n');
  await program.until(
    'watching',
    async () => (await lines()).findLast((line) => /watching|starting/.test(line))?.includes('watching') ?? false,
    START_MS,
  );
  return program;
}

/** Starts a syncer with the rights of its ServiceAccount on the control plane of a test run. */
export function startSyncer(
  { kubeconfig, directory }: Pick<ControlPlaneAccess, 'kubeconfig' | 'directory'>,
  name: string,
  ...flags: readonly string[]
): Promise<Program> {
  return runSyncer(directory, name, [`--kubeconfig=${kubeconfig}`, '--context=syncer', ...flags]);
}

/** Ends a syncer as Kubernetes does, and returns how it ended: `code 0`, or `SIGKILL` if it took too long. */
export async function endSyncer(syncer: Program, graceMs = 5_000): Promise<string> {
  const ended = syncer.until('its end', () => false, graceMs + 5_000).catch((error: unknown) => error);
  await syncer.stop({ graceMs });
  return /ended with (code \d+|SIG\w+)/.exec(String(await ended))?.[1] ?? 'nothing';
}
