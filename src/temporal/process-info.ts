import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process that lives. */
export interface ProcessInfo {
  /** Its command line; the arguments are separated by spaces. */
  readonly command: string;
  readonly parentPid: number;
}

/** What a process is; null when there is none of that ID, or only one that has died and not been reaped yet. */
export function processInfo(pid: number): ProcessInfo | null {
  return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
}

/** Linux; containers often have no `ps`. */
function fromProc(pid: number): ProcessInfo | null {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    // "123 (name) S 1 …": the name may hold anything, so what follows is counted from its last parenthesis.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? null : { command, parentPid: Number(parent) };
  } catch {
    return null;
  }
}

/** macOS. */
function fromPs(pid: number): ProcessInfo | null {
  try {
    const line = execFileSync('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' });
    const match = /^\s*(\d+)\s+(.*)$/.exec(line.trimEnd());
    return match === null ? null : { command: match[2] ?? '', parentPid: Number(match[1]) };
  } catch {
    return null;
  }
}
