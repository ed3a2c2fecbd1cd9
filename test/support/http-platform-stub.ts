import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { HttpDialerConfig } from '../../src/config/types.ts';
import { listenOn } from './listen.ts';

/** A request as the platform got it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
}

/** What becomes of a request: an answer, none at all, or a connection that is closed. */
export type Reaction = { readonly status: number; readonly body?: object | string } | 'silence' | 'reset';

interface StubCall {
  readonly body: { readonly callback: { readonly url: string }; readonly ringTimeoutSeconds: number };
  state: Record<string, unknown>;
  timer: NodeJS.Timeout | undefined;
}

export interface StubOptions {
  /** How long somebody takes to answer, and then talks, in milliseconds. */
  readonly ringMs?: number;
  readonly talkMs?: number;
  /** Whether it tells events by itself. */
  readonly tells?: boolean;
}

const ENDS = [
  'answered',
  'busy',
  'no-answer',
  'declined',
  'voicemail',
  'unreachable',
  'agent-unavailable',
  'uncertain',
];

/**
 * A voice platform as docs/http-dialer.md has it, in this process, for what goes wrong: it can be down, lose its answers, and
 * answer whatever it is told to. How a call ends is in the last digit of its number (1 `answered`, 2 `busy`, 3 `no-answer`, 4
 * `declined`, 5 `voicemail`, 6 `unreachable`, 7 `agent-unavailable`, 8 `uncertain`); with a 9 somebody answers and talks until
 * they are hung up. It keeps its calls and its port while it is down.
 */
export class HttpPlatformStub {
  readonly asked: Asked[] = [];
  /** What it does instead of what it would, for a request; undefined leaves it at that. */
  react: (asked: Asked) => Reaction | undefined = () => undefined;
  /** Whether it dials what it is asked to and closes the connection instead of saying so. */
  losesAnswers = false;
  readonly #options: Required<StubOptions>;
  readonly #calls = new Map<string, StubCall>();
  readonly #dials: string[] = [];
  #server: Server | null = null;
  #port = 0;

  private constructor(options: StubOptions) {
    this.#options = { ringMs: 50, talkMs: 100, tells: false, ...options };
  }

  /** One that is up. */
  static async start(options: StubOptions = {}): Promise<HttpPlatformStub> {
    const stub = new HttpPlatformStub(options);
    await stub.up();
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The dialer of a trunk that dials through it. */
  config(more: Partial<HttpDialerConfig> = {}): HttpDialerConfig {
    return {
      type: 'http',
      url: `${this.url}/calls`,
      headers: {},
      secret: null,
      statusUrl: `${this.url}/calls/{identity}`,
      hangUpUrl: `${this.url}/calls/{identity}/hangup`,
      ...more,
    };
  }

  /** How often it has dialed an attempt. */
  dials(identity: string): number {
    return this.#dials.filter((one) => one === identity).length;
  }

  /** The attempts that it has dialed, in order. */
  get dialed(): readonly string[] {
    return this.#dials;
  }

  /** It has never heard of its calls any more. */
  forget(): void {
    for (const { timer } of this.#calls.values()) clearTimeout(timer);
    this.#calls.clear();
  }

  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#port = await listenOn(this.#server, this.#port);
  }

  /** Connections are refused; calls go on. */
  async down(): Promise<void> {
    if (this.#server === null) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    this.#server = null;
  }

  async stop(): Promise<void> {
    this.forget();
    await this.down();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = ((await request.toArray()) as Buffer[]).join('');
    const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, raw };
    this.asked.push(asked);
    const reaction = this.react(asked) ?? this.#answer(asked);
    if (reaction === 'silence') return;
    if (reaction === 'reset') return void request.socket.destroy();
    const { status, body = {} } = reaction;
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #answer({ path, headers, raw }: Asked): Reaction {
    const [, , identity, action] = path.split('/').map(decodeURIComponent);
    if (identity === undefined) {
      this.dial(String(headers['idempotency-key']), raw);
      return this.losesAnswers ? 'reset' : { status: 201, body: {} };
    }
    const call = this.#calls.get(identity);
    if (call === undefined) return { status: 404 };
    if (action === 'hangup') this.#hangUp(call);
    return { status: 200, body: call.state };
  }

  /** Dials what it was asked to. */
  dial(identity: string, raw: string): void {
    if (this.#calls.has(identity)) return;
    this.#dials.push(identity);
    const body = JSON.parse(raw) as StubCall['body'] & { endpoint: string };
    const call: StubCall = { body, state: { status: 'dialing', startedTime: now() }, timer: undefined };
    this.#calls.set(identity, call);
    this.#tell(call, 'ringing');
    const last = Number(body.endpoint.at(-1));
    const end = ENDS[last - 1] ?? 'answered';
    const isPickedUp = end === 'answered' || end === 'voicemail';
    const ringMs = end === 'no-answer' ? body.ringTimeoutSeconds * 1_000 : this.#options.ringMs;
    call.timer = setTimeout(() => {
      if (!isPickedUp) return this.#tell(call, 'ended', { disposition: end });
      this.#tell(call, 'answered');
      if (last === 9) return;
      call.timer = setTimeout(() => this.#tell(call, 'ended', { disposition: end }), this.#options.talkMs);
    }, ringMs);
  }

  #hangUp(call: StubCall): void {
    if (call.state.status === 'ended') return;
    clearTimeout(call.timer);
    this.#tell(call, 'ended', { disposition: call.state.status === 'answered' ? 'answered' : 'no-answer' });
  }

  #tell(call: StubCall, event: string, more: object = {}): void {
    const time = now();
    call.state = { ...call.state, status: event, [`${event}Time`]: time, ...more };
    if (!this.#options.tells) return;
    const body = JSON.stringify({ event, time, ...more });
    void fetch(call.body.callback.url, { method: 'POST', body }).catch(() => undefined);
  }
}

const now = (): string => new Date().toISOString();
