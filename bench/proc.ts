import { readFileSync } from 'node:fs';

/** Clock ticks a second in `/proc/<pid>/stat`: fixed by Linux's interface, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** The CPU time that a process has used since it started, all of its threads together, in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // "123 (name) S 1 …": the name may hold anything, so fields are counted from its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return ((user + system) * 1_000) / TICKS_PER_SECOND;
}

/** The memory of a process that is resident now, in megabytes. */
export const residentMb = (pid: number): number => statusMb(pid, 'VmRSS');

/** The most memory of a process that ever was resident, in megabytes. */
export const peakResidentMb = (pid: number): number => statusMb(pid, 'VmHWM');

function statusMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]) / 1024;
}
