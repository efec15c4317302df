/** How the real kubectl is run. */
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { spawnGuarded } from './guard.ts';

export interface KubectlOptions {
  readonly stdin?: string;
  /** Context of the kubeconfig: `admin` (the default) or `syncer`. */
  readonly context?: string;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl with these arguments. A non-zero exit is a result, not an error. */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;

/**
 * A kubectl for one cluster, with nothing of the user's own: neither ~/.kube/config nor kuberc, and a cache of its own.
 *
 * @throws Error (from the returned function) if kubectl does not end within the time
 */
export function kubectlFor(cluster: { binary: string; kubeconfig: string; directory: string }): Kubectl {
  const common = ['kubectl', `--kubeconfig=${cluster.kubeconfig}`, `--cache-dir=${join(cluster.directory, 'kubectl')}`];
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig, KUBERC: 'off' };
  return async (args, options = {}) => {
    const { stdin = '', context, timeoutMs = 30_000 } = options;
    const child = spawnGuarded(cluster.binary, [...common, ...(context ? [`--context=${context}`] : []), ...args], {
      env,
      stdio: 'pipe',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const { stdin: input, stdout: output, stderr: errors } = child;
    if (!input || !output || !errors) throw new Error('kubectl was started without pipes');
    input.on('error', () => undefined); // kubectl may end without reading it.
    input.end(stdin);
    const [stdout, stderr] = await Promise.all([text(output), text(errors), once(child, 'close')]);
    if (child.exitCode === null) {
      throw new Error(`kubectl ${args.join(' ')} did not end within ${timeoutMs} ms: ${stderr || 'it said nothing'}`);
    }
    return { code: child.exitCode, stdout, stderr };
  };
}
