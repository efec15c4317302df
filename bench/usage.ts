/** What a process and its children have used: processor time and memory, from /proc. */

import { readdir, readFile } from 'node:fs/promises';

export interface Usage {
  /** Of the whole process group, ended children included. To a hundredth. */
  readonly cpuSeconds: number;
  /** The largest resident set so far; of several processes, the sum of theirs. */
  readonly peakRssMiB: number;
}

/** Ticks a second, in which the kernel tells processor time to programs, whatever it counts in itself. */
const USER_HZ = 100;

/** What the processes of this group have used so far. */
export async function usageOf(group: number): Promise<Usage> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const members = await Promise.all(pids.map((pid) => usageOfMember(pid, group)));
  return {
    cpuSeconds: sum(members.map(({ cpuSeconds }) => cpuSeconds)),
    peakRssMiB: sum(members.map(({ peakRssMiB }) => peakRssMiB)),
  };
}

const NOTHING: Usage = { cpuSeconds: 0, peakRssMiB: 0 };

async function usageOfMember(pid: string, group: number): Promise<Usage> {
  const stat = await parseStat(pid);
  if (stat.group !== group) return NOTHING;
  const [, peakKiB = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(await read(`/proc/${pid}/status`)) ?? [];
  return { cpuSeconds: stat.cpuSeconds, peakRssMiB: Number(peakKiB) / 1024 };
}

/** A process by its id; zeros if it has just ended. */
export async function parseStat(pid: string): Promise<{ parent: number; group: number; cpuSeconds: number }> {
  const stat = await read(`/proc/${pid}/stat`);
  // After the name, which may hold anything: state, parent, group, ... see proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).map(Number); // its own and its ended children's, as user and in the kernel
  return { parent: Number(fields[1] ?? 0), group: Number(fields[2] ?? 0), cpuSeconds: secondsOf(sum(ticks)) };
}

export function secondsOf(ticks: number): number {
  return ticks / USER_HZ;
}

/** A file of /proc; empty if the process has just ended. */
async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
