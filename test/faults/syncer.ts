/** A syncer behind a fault proxy, which is started again whenever it is killed, as its Deployment would. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endSyncer } from '../cluster/syncer-process.ts';
import type { ControlPlaneAccess } from '../control-plane/control-plane.ts';
import { eventually } from '../control-plane/eventually.ts';
import { Program } from '../control-plane/program.ts';
import { FaultProxy } from './proxy.ts';

const bin = join(import.meta.dirname, '../../src/cli/bin.ts');
/** What a busy machine may need for a start, and for a list that is tried again. */
const WATCHES_WITHIN_MS = 40_000;

/** One syncer after the other in one namespace. */
export class SyncerBehindProxy implements AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly logFile: string;
  readonly #args: readonly string[];
  #program: Program | undefined;

  /** Puts a proxy before the API server. The syncer is not started yet, so that the proxy can be told first what to do. */
  static async prepare(
    controlPlane: Pick<ControlPlaneAccess, 'kubeconfig' | 'server' | 'directory'>,
    namespace: string,
    ...flags: readonly string[]
  ): Promise<SyncerBehindProxy> {
    let syncer: SyncerBehindProxy | undefined = undefined;
    const proxy = await FaultProxy.start({ controlPlane, kill: async () => syncer?.kill() });
    syncer = new SyncerBehindProxy(proxy, join(controlPlane.directory, `syncer-${namespace}.log`), [
      bin,
      'syncer',
      `--kubeconfig=${proxy.kubeconfig}`,
      '--context=syncer',
      `--namespace=${namespace}`,
      '--log-level=debug',
      ...flags,
    ]);
    return syncer;
  }

  private constructor(proxy: FaultProxy, logFile: string, args: readonly string[]) {
    this.proxy = proxy;
    this.logFile = logFile;
    this.#args = args;
  }

  /** All that the syncers have logged. */
  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  async start(): Promise<void> {
    this.#program = await Program.start({
      name: 'syncer',
      file: process.execPath,
      args: this.#args,
      logFile: this.logFile,
    });
  }

  /** Ends it without a warning (SIGKILL), and starts the next. */
  async kill(): Promise<void> {
    await this.#program?.stop({ graceMs: 0 });
    await this.start();
  }

  /** Returns when a syncer has seen all that there is and waits for news. */
  async watching(): Promise<void> {
    const what = 'a syncer that watches';
    await eventually(() => this.log.includes('"watching"'), { timeoutMs: WATCHES_WITHIN_MS, what });
  }

  /** Ends it as Kubernetes does, and returns how it ended: `code 0`, or what else. */
  async end(): Promise<string> {
    this.#running().expectRunning();
    return endSyncer(this.#running());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.stop({ graceMs: 0 });
    await this.proxy[Symbol.asyncDispose]();
  }

  #running(): Program {
    if (this.#program === undefined) throw new Error('the syncer was not started');
    return this.#program;
  }
}
