import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findExecutable } from '../../src/temporal/executables.ts';

const run = promisify(execFile);

/** Resolves with what the command prints; rejects when it fails. */
export type TemporalCli = (...args: string[]) => Promise<string>;

/** Temporal's command line, as an operator types it: `await temporal('workflow', 'cancel', '-w', callId)`. */
export function temporalCli(address: string): TemporalCli {
  const executable = findExecutable('temporal');
  if (executable === null) throw new Error('Expected `npm run setup` to have fetched the Temporal CLI');
  const server = ['--address', address, '--namespace', 'outdial'];
  // No profile that happens to lie in the home directory.
  const noProfile = ['--disable-config-file', '--disable-config-env'];
  return async (...args) => {
    const { stdout } = await run(executable, [...args, ...server, ...noProfile], { env: {} });
    return stdout;
  };
}
