import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const EXAMPLE = fileURLToPath(new URL('../../examples/http-platform.mjs', import.meta.url));

/** What a platform says of a call that it has. */
export interface PlatformState {
  readonly id: string;
  readonly status: string;
  readonly disposition?: string;
  readonly answeredTime?: string;
  readonly endedTime?: string;
}

/** The voice platform of `examples/`, the very file that docs/http-dialer.md has people start, as a process of its own. */
export class ExamplePlatform {
  readonly url: string;
  readonly #process: ChildProcess;
  #output = '';

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
    process.stdout?.on('data', (chunk: Buffer) => void (this.#output += chunk.toString()));
  }

  /** @param secondMs how long its seconds take, in milliseconds */
  static async start(secondMs: number): Promise<ExamplePlatform> {
    const child = spawn(process.execPath, [EXAMPLE], {
      env: { PORT: '0', SECOND_MS: String(secondMs) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\/\/\S+/.exec(line.toString())?.[0];
    if (url === undefined) throw new Error(`Expected the platform to say where it is, got ${line.toString()}`);
    return new ExamplePlatform(child, url);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** How often it was asked to dial an attempt. */
  dials(identity: string): number {
    return this.#output.split('\n').filter((line) => line === `POST /calls ${identity}`).length;
  }

  /** How a call stands there. */
  async state(identity: string): Promise<PlatformState> {
    return (await (await fetch(`${this.url}/calls/${identity}`)).json()) as PlatformState;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
