/** Who is measured, and how each is started and ended. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { mountOf, podEnvironment, writeServiceAccount } from '../test/cluster/in-pod.ts';
import { onFreePorts } from '../test/control-plane/ports.ts';
import { Program } from '../test/control-plane/program.ts';
import { BUNDLE, bundle } from '../test/image/bundle.ts';
import type { Cluster } from './cluster.ts';
import { nowMs } from './clock.ts';
import { type Usage, usageOf } from './usage.ts';

export interface Contender {
  readonly name: string;
  start(cluster: Cluster): Promise<Running>;
}

/** How to start a process, and where it tells about itself. */
interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Serves Prometheus metrics under /metrics. */
  readonly metricsUrl?: string;
  /** The whole environment; default: ours, with the contender's kubeconfig. */
  readonly env?: NodeJS.ProcessEnv;
}

/** What the container gets in its environment. */
function deployedEnvironment(): NodeJS.ProcessEnv {
  const text = readFileSync(join(import.meta.dirname, '../dist/install.k8s.yaml'), 'utf8');
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Partial<SyncerManifest>);
  const container = manifests.find(({ kind }) => kind === 'Deployment')?.spec?.template.spec.containers[0];
  if (container === undefined) throw new Error('dist/install.k8s.yaml has no Deployment with a container');
  return Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
}

interface SyncerManifest {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { env: { name: string; value: string }[] }[] };
    };
  };
}

const GRACE_MS = 10_000;

/** The bare writes; see floor.ts. */
export const floor: Contender = {
  name: 'floor',
  start: (cluster) =>
    Running.start('floor', cluster, { file: process.execPath, args: [join(import.meta.dirname, 'floor.ts')] }),
};

/** The syncer as its Deployment runs it: the one file of the container image, with the service account of a pod. */
export const syncer: Contender = {
  name: 'syncer',
  async start(cluster) {
    const { contenderKubeconfig: kubeconfig, directory } = cluster;
    const mount = mountOf(writeServiceAccount({ kubeconfig, directory }));
    const file = join(directory, BUNDLE);
    writeFileSync(file, (await bundle()).get(BUNDLE) ?? '');
    const address = await onFreePorts(1, ([port = 0]) => Promise.resolve(`127.0.0.1:${port}`));
    return Running.start('syncer', cluster, {
      file: process.execPath,
      args: [`--require=${mount}`, file, 'syncer', `--listen=${address}`],
      env: { ...podEnvironment(cluster.identity.server), ...deployedEnvironment() },
      metricsUrl: `http://${address}/metrics`,
    });
  },
};

/** Any other controller of the same resource. */
export function against(command: string): Contender {
  return {
    name: 'other',
    start: (cluster) => Running.start('other', cluster, { file: '/bin/sh', args: ['-c', command] }),
  };
}

/** A contender at work. */
export class Running {
  /** When it was started. */
  readonly startedMs: number;
  readonly #program: Program;
  readonly #metricsUrl: string | undefined;

  static async start(
    name: string,
    cluster: Cluster,
    { file, args, metricsUrl, ...command }: Command,
  ): Promise<Running> {
    const logFile = join(cluster.directory, `${name}.log`);
    const { env = { ...process.env, KUBECONFIG: cluster.contenderKubeconfig } } = command;
    const startedMs = nowMs();
    return new Running(startedMs, await Program.start({ name, file, args, logFile, env }), metricsUrl);
  }

  private constructor(startedMs: number, program: Program, metricsUrl: string | undefined) {
    this.startedMs = startedMs;
    this.#program = program;
    this.#metricsUrl = metricsUrl;
  }

  /**
   * What it and its children have used so far.
   *
   * @throws ProgramError, with the end of its log, if it has ended
   */
  async usage(): Promise<Usage> {
    this.#program.expectRunning();
    return usageOf(this.#program.pid);
  }

  /** By how much its event loop was late since it was last asked, in milliseconds; empty if it does not tell. */
  async eventLoopLag(): Promise<{ eventLoopLagP99Ms?: number; eventLoopLagMaxMs?: number }> {
    if (this.#metricsUrl === undefined) return {};
    const text = await (await fetch(this.#metricsUrl)).text();
    const read = (which: string) => {
      const [, seconds] =
        new RegExp(`^nodejs_eventloop_lag_${which}_seconds(?:\\{.*\\})? (\\S+)`, 'm').exec(text) ?? [];
      return Number(seconds) * 1000;
    };
    const [eventLoopLagP99Ms, eventLoopLagMaxMs] = [read('p99'), read('max')];
    return Number.isNaN(eventLoopLagP99Ms) ? {} : { eventLoopLagP99Ms, eventLoopLagMaxMs };
  }

  /** Ends it and its children as Kubernetes does. */
  async stop(): Promise<void> {
    // To the whole group: a shell does not pass the signal on. Once only, since the second one kills.
    signalGroup(this.#program.pid, 'SIGTERM');
    for (const deadlineMs = nowMs() + GRACE_MS; this.#program.running && nowMs() < deadlineMs;) await sleep(25);
    await this.#program.stop({ graceMs: 0 });
    signalGroup(this.#program.pid, 'SIGKILL');
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody of it is left.
  }
}
