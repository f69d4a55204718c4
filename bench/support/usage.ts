/** What a process uses, from /proc (proc(5)); Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

/** What stands in /proc/<pid>/stat behind the name, which is in brackets and may hold spaces. */
const statusOf = (pid: number): string[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const kilobytesIn = (path: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(path, 'utf8'))?.[1]);

/** Processor time of all threads so far, in seconds. */
export function processorSeconds(pid: number): number {
  const fields = statusOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Resident bytes. */
export const residentBytes = (pid: number): number => kilobytesIn(`/proc/${pid}/status`, 'VmRSS') * 1024;

/** Proportional set size: of what several processes share, each has its part. Other users' processes don't say it. */
export const proportionalBytes = (pid: number): number =>
  kilobytesIn(`/proc/${pid}/smaps_rollup`, 'Pss') * 1024;

/** The processes that this one has started, and those they have. */
export function descendants(parent: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync('/proc').map(Number).filter(Boolean))
    ifAlive(() => {
      const starter = Number(statusOf(pid)[1]);
      children.set(starter, [...(children.get(starter) ?? []), pid]);
    });
  const below = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(parent);
}

/**
 * The processes of a browser that this one has started, by a folder that only its command lines name: the first that does
 * has started the others.
 */
export function browserIn(folder: string): number[] {
  const pid = descendants(process.pid).find((pid) => commandOf(pid).includes(folder));
  if (pid === undefined) throw new Error(`no browser runs in ${folder}`);
  return [pid, ...descendants(pid)];
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** The sum over processes; those that have ended meanwhile have nothing. */
export const sumOver = (pids: number[], of: (pid: number) => number): number =>
  pids.reduce((sum, pid) => sum + (ifAlive(() => of(pid)) || 0), 0);

/** Processor time so far of all processes of a browser, by the profile that it runs on, in seconds. */
export const secondsIn = (folder: string): number => sumOver(browserIn(folder), processorSeconds);

/** What is asked of a process that may end at any moment. */
function ifAlive<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
