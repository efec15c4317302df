/** One contender on its cluster: what it uses and asks for while something happens. */

import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { Contender, Running } from './contenders.ts';
import type { Measured, ScenarioName } from './figures.ts';
import { othersPercent, readMachine } from './machine.ts';
import { countByVerb, isWrite, RequestLog, type SeenRequest } from './requests.ts';

/** What a scenario tells about itself, once all requests are known. */
export type Telling = (seen: readonly SeenRequest[]) => Readonly<Record<string, number | undefined>>;

/** A contender that has been idle for so long has done what there was to do. */
const SETTLED_MS = 2_000;
const SETTLE_DEADLINE_MS = 120_000;
const LOOK_EVERY_MS = 250;
/** Processor time between two looks that an idle process may take: a tick of the clock is 0.01. */
const IDLE_CPU_SECONDS = 0.02;

export class Trial implements AsyncDisposable {
  readonly #contender: Contender;
  readonly #cluster: Cluster;
  readonly #count: number;
  readonly #log: RequestLog;
  readonly #figures: Record<string, Readonly<Record<string, number>>> = {};
  readonly #requests: Record<string, Readonly<Record<string, number>>> = {};
  #running: Running | undefined;

  /** @param count how many ElasticWebs there are */
  constructor(contender: Contender, cluster: Cluster, count: number) {
    this.#contender = contender;
    this.#cluster = cluster;
    this.#count = count;
    this.#log = new RequestLog(cluster.directory);
  }

  get measured(): Measured {
    return { figures: this.#figures, requests: this.#requests };
  }

  /** Starts the contender, and returns when that was. */
  async start(): Promise<number> {
    this.#running = await this.#contender.start(this.#cluster);
    return this.#running.startedMs;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
    await this.#log.take();
  }

  /**
   * Returns when the contender has sent nothing and has not worked for 2 s. One that does not come to rest within two minutes is not
   * waited for any longer.
   */
  async settled(): Promise<void> {
    const deadlineMs = nowMs() + SETTLE_DEADLINE_MS;
    let idleSinceMs = nowMs();
    let before = await this.#cpuSeconds();
    while (nowMs() < Math.min(deadlineMs, idleSinceMs + SETTLED_MS)) {
      await sleep(LOOK_EVERY_MS);
      const now = await this.#cpuSeconds();
      if ((await this.#log.hasNews()) || now - before > IDLE_CPU_SECONDS) idleSinceMs = nowMs();
      before = now;
    }
  }

  async #cpuSeconds(): Promise<number> {
    return (await this.#running?.usage())?.cpuSeconds ?? 0;
  }

  /** Measures the contender from now until what `act` does is over and the contender has come to rest. `act` may start it. */
  async measure(scenario: ScenarioName, act: () => Promise<Telling>): Promise<void> {
    await this.#log.take();
    const before = { machine: await readMachine(), cpuSeconds: await this.#cpuSeconds() };
    await this.#running?.eventLoopLag();
    const tell = await act();
    const running = this.#running;
    if (running === undefined) throw new Error(`${scenario}: nothing was started`);
    const lag = await running.eventLoopLag();
    await this.settled();

    const [seen, { cpuSeconds, peakRssMiB }, machine] = [
      await this.#log.take(),
      await running.usage(),
      await readMachine(),
    ];
    const ownCpuSeconds = cpuSeconds - before.cpuSeconds;
    const writes = seen.filter(isWrite).length;
    this.#requests[scenario] = countByVerb(seen);
    this.#figures[scenario] = defined({
      ...tell(seen),
      requests: seen.length,
      writes,
      writesEach: writes / this.#count,
      readsEach: seen.filter(({ verb }) => verb === 'get').length / this.#count,
      cpuSeconds: ownCpuSeconds,
      serverCpuSeconds: machine.started - before.machine.started - ownCpuSeconds,
      peakRssMiB,
      ...lag,
      othersPercent: othersPercent(before.machine, machine),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function defined(figures: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  const known = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(known);
}
