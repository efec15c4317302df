/** Which processes are there: what tests ask to see that nothing was left behind. */
import { execFileSync } from 'node:child_process';

/** The ids of the running processes whose command line mentions the path. */
export function processesOf(path: string): number[] {
  return runningProcesses()
    .filter(({ args }) => args.includes(path))
    .map(({ pid }) => pid);
}

/** Whether a process of this id runs; one that has ended and was not yet asked how does not. */
export function isRunning(pid: number): boolean {
  return runningProcesses().some((process) => process.pid === pid);
}

function runningProcesses(): { pid: number; args: string }[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((row) => {
    const [, pid, stat = '', args = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? [];
    return pid === undefined || stat.startsWith('Z') ? [] : [{ pid: Number(pid), args }];
  });
}
