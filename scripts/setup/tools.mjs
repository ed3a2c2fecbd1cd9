import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The package's folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Set-up cannot go on; the message says in one line what to do. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** One line a step. */
export function say(line) {
  console.log(line);
}

/**
 * Runs a program in the package's folder and resolves with its exit code and all that it printed. The code is null where
 * there is no such program, or a signal ended it.
 *
 * Ctrl-C reaches the program too, and is waited for: an `npm ci` that is still writing would spoil the next one.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] Beside ours.
 * @returns {Promise<{ code: number | null, output: string }>}
 * @throws {SetupError} when we were interrupted meanwhile.
 */
export function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);

    let interrupted = false;
    const interrupt = (signal) => {
      interrupted = true;
      child.kill(signal);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    const end = (result) => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      if (interrupted) reject(new SetupError('Set-up was interrupted: run it again'));
      else resolve(result);
    };
    child.once('error', (error) => end({ code: null, output: error.message }));
    child.once('close', (code) => end({ code, output }));
  });
}

export function firstLines(text, count) {
  return text.trim().split('\n').slice(0, count).join('\n');
}

export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
