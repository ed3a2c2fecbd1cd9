import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { listenOn } from './listen.ts';

/** A request as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came over the wire: what a signature is of. */
  readonly raw: string;
  /** Parsed. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a receiver answers. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long it takes to answer, in milliseconds. */
  readonly afterMs?: number;
}

/** Somebody's HTTP server on this machine, which webhooks are sent to. It keeps its port while it is down. */
export class Receiver {
  readonly received: Received[] = [];
  /** By default it takes whatever comes. */
  reply: (request: Received) => Reply = () => ({ status: 204 });
  #server: Server | null = null;
  #port = 0;

  /** One that is up. */
  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.up();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get isUp(): boolean {
    return this.#server !== null;
  }

  /** What came with these types, in order. */
  typesOf(callId?: unknown): unknown[] {
    return this.received
      .filter(({ body }) => callId === undefined || body.callId === callId)
      .map(({ body }) => body.type);
  }

  async up(): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        const body = JSON.parse(raw) as Received['body'];
        const received = { path: request.url ?? '', headers: request.headers, raw, body };
        this.received.push(received);
        const { status, headers = {}, body: answer, afterMs = 0 } = this.reply(received);
        setTimeout(() => response.writeHead(status, headers).end(answer), afterMs);
      });
    });
    this.#port = await listenOn(this.#server, this.#port);
  }

  /** Nobody listens any more: connections are refused. */
  async down(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#server !== null) await once(this.#server, 'close');
    this.#server = null;
  }
}
