import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './site.ts';

/** Starts a worker of bare workflows, a process of its own that is ready for them. */
export async function startBareWorker(address: string): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const child = fork(fileURLToPath(new URL('./bare-worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TEMPORAL_ADDRESS: address },
  });
  endWithUs(child);
  const exited = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error('The bare worker ended before it was ready');
    }),
  ]);
  return { pid: pidOf(child), stop: () => stop(child, exited) };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The bare worker did not start');
  return pid;
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  await exited;
}
