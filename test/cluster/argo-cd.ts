/** What Argo CD makes of ElasticWebs: the scripts of docs/argocd, run in the Lua that it has. */

import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { KubeObject } from '../../src/kube/resource.ts';
import { ensureBinaries } from '../control-plane/binaries.ts';
import { spawnGuarded } from '../control-plane/guard.ts';
import type { Health } from './states.ts';

/** The folder of the customization, in Argo CD's own layout. */
export const CUSTOMIZATION = join(
  import.meta.dirname,
  '../../docs/argocd/resource_customizations/elasticweb.example.com/ElasticWeb',
);

/** What Argo CD shows of an object. */
export interface HealthStatus {
  readonly status: Health;
  readonly message: string;
}

/** The health of each of these objects. */
export async function argoHealthOf(objects: readonly KubeObject[]): Promise<HealthStatus[]> {
  return (await runLua('health.lua', objects)) as HealthStatus[];
}

/**
 * What a script of the customization returns for each of these objects.
 *
 * @throws Error if it fails for one of them
 */
export async function runLua(script: string, objects: readonly KubeObject[]): Promise<unknown[]> {
  const { lua } = await ensureBinaries(['lua']);
  const child = spawnGuarded(lua, [join(CUSTOMIZATION, script)], { stdio: 'pipe', timeout: 60_000 });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('lua was started without pipes');
  stdin.on('error', () => undefined); // It may end without reading all; then it says why.
  stdin.end(objects.map((object) => JSON.stringify(object)).join('\n'));
  const [lines, errors] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`lua ended with code ${child.exitCode ?? 'none'}: ${errors}`);
  const results = lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { error?: string }]));
  for (const [index, { error }] of results.entries()) {
    if (error !== undefined) throw new Error(`${script} about ${JSON.stringify(objects[index])}: ${error}`);
  }
  return results;
}
