import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A part of Outdial in a process of its own, as `npm run` starts it. */
export class OutdialProcess {
  readonly child: ChildProcess;
  /** All that it has printed. */
  output = '';

  /**
   * @param part `main`, `api/main` or `worker/main`
   * @param env what its environment has beside a bare one
   */
  constructor(part: 'main' | 'api/main' | 'worker/main', env: Record<string, string>) {
    this.child = spawn(process.execPath, ['--enable-source-maps', `dist/${part}.js`], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, OUTDIAL_LOG_LEVEL: 'info', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer): void => void (this.output += chunk.toString());
    this.child.stdout?.on('data', hear);
    this.child.stderr?.on('data', hear);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The process did not start');
    return this.child.pid;
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves with the first match in what it prints; fails when it ends first, or after 30 s. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    const timeout = Date.now() + 30_000;
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.hasExited || Date.now() > timeout) throw new Error(`Expected it to print ${pattern}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Resolves when it has ended by itself. */
  async exited(): Promise<void> {
    if (!this.hasExited) await once(this.child, 'exit');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal, and resolves with the exit code once it has ended: null when the signal ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.hasExited) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGCONT');
      this.child.kill(signal);
      await exited;
    }
    return this.child.exitCode;
  }
}
