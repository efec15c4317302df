/** Who has used this machine's processors: what the bench started, the bench itself, and others, who make the seconds noisy. */

import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { nowMs } from './clock.ts';
import { parseStat, secondsOf, usageOf } from './usage.ts';

/** Processor seconds used up to a moment. */
export interface MachineReading {
  readonly atMs: number;
  /** By all processes. */
  readonly all: number;
  readonly bench: number;
  /** By the programs that the bench has started and that run: etcd, API server, contender. */
  readonly started: number;
}

export async function readMachine(): Promise<MachineReading> {
  const [cpuLine = ''] = (await readFile('/proc/stat', 'utf8')).split('\n', 1);
  // user, nice, system, idle, iowait, irq, softirq, ...; see proc_stat(5)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = cpuLine.trim().split(/\s+/).slice(1).map(Number);
  const own = process.cpuUsage();
  const groups = await Promise.all((await childrenOf(process.pid)).map(usageOf));
  return {
    atMs: nowMs(),
    all: secondsOf(user + nice + system + irq + softirq),
    bench: (own.user + own.system) / 1e6,
    started: groups.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0),
  };
}

/** The part of the machine that others took between two readings, in percent. */
export function othersPercent(before: MachineReading, after: MachineReading): number {
  const used = (of: 'all' | 'bench' | 'started') => after[of] - before[of];
  const capacity = ((after.atMs - before.atMs) / 1000) * availableParallelism();
  return (Math.max(0, used('all') - used('bench') - used('started')) / capacity) * 100;
}

/** The children of a process; each leads a group, see guard.ts. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map(async (pid) => ({ pid: Number(pid), ...(await parseStat(pid)) })));
  return stats.flatMap((stat) => (stat.parent === parent ? [stat.pid] : []));
}
