/** One program that runs beside us: started with its log in a file, waited for until it is ready, stopped. */
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { eventually } from './eventually.ts';
import { spawnGuarded } from './guard.ts';

export interface ProgramOptions {
  /** What messages call it: "kube-apiserver". */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Takes stdout and stderr; appended to, so that a restart keeps what came before. */
  readonly logFile: string;
  /** The whole environment; default ours. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that ended or did not get ready; the message ends with the last lines of its log. */
export class ProgramError extends Error {
  readonly logTail: string;

  constructor(message: string, logTail: string, options?: ErrorOptions) {
    super(`${message}; the end of its log:\n${logTail}`, options);
    this.name = 'ProgramError';
    this.logTail = logTail;
  }
}

/** A running program, which never outlives this process (guard.ts). It does not keep this process alive either. */
export class Program {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #ended = new AbortController();

  /** @throws Error if the file cannot be executed */
  static async start(options: ProgramOptions): Promise<Program> {
    const log = openSync(options.logFile, 'a');
    try {
      const child = spawnGuarded(options.file, options.args, {
        stdio: ['ignore', log, log],
        ...(options.env && { env: options.env }),
      });
      await once(child, 'spawn');
      return new Program(options, child);
    } catch (error) {
      throw new Error(`could not start ${options.name} (${options.file})`, { cause: error });
    } finally {
      closeSync(log);
    }
  }

  private constructor(options: ProgramOptions, child: ChildProcess) {
    if (child.pid === undefined) throw new Error(`${options.name} has no process id`);
    this.name = options.name;
    this.pid = child.pid;
    this.logFile = options.logFile;
    this.#child = child;
    child.unref();
    child.once('exit', (code, signal) => this.#ended.abort(`ended with ${signal ?? `code ${code ?? '?'}`}`));
  }

  get running(): boolean {
    return !this.#ended.signal.aborted;
  }

  /**
   * Waits until `check` returns neither false nor an error.
   *
   * @throws ProgramError when the program ends first, or when the time is over
   */
  async until<T>(what: string, check: () => T | Promise<T>, timeoutMs: number): Promise<Exclude<T, false>> {
    const { signal } = this.#ended;
    try {
      return await eventually(check, { timeoutMs, what, signal });
    } catch (error) {
      const why = error instanceof Error ? error.message : `${String(error)} while waiting for ${what}`;
      throw new ProgramError(`${this.name}: ${why}`, this.#logTail(), { cause: error });
    }
  }

  /** @throws ProgramError if the program has ended */
  expectRunning(): void {
    if (!this.running) throw new ProgramError(`${this.name}: ${String(this.#ended.signal.reason)}`, this.#logTail());
  }

  /** Sends a signal, such as SIGSTOP, which freezes it as a machine that hangs does. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the program to end, insists after the grace period, and returns when it is gone. May be called again. */
  async stop(options: { readonly graceMs: number }): Promise<void> {
    if (!this.running) return;
    this.#child.ref();
    const exited = once(this.#ended.signal, 'abort');
    if (options.graceMs > 0) this.#child.kill('SIGTERM');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), options.graceMs);
    await exited;
    clearTimeout(insist);
  }

  #logTail(lines = 20): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}
