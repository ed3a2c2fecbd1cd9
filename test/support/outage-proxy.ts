import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOn } from './listen.ts';

/** Stands between a dialer and its provider, and is what goes wrong between them. It keeps its port while it is down. */
export class OutageProxy {
  /** Whether what the provider answers gets lost: the connection is closed instead. */
  losesAnswers = false;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  /** @param target the provider's port on this machine */
  static async start(target: number): Promise<OutageProxy> {
    const proxy = new OutageProxy(target);
    await proxy.up();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    this.#server = createServer((client) => this.#join(client, connect(this.#target, '127.0.0.1')));
    this.#port = await listenOn(this.#server, this.#port);
  }

  /** Connections are refused, and those that were open are closed. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.close();
    for (const socket of this.#sockets) socket.destroy();
    if (server?.listening) await once(server, 'close');
  }

  #join(client: Socket, provider: Socket): void {
    for (const [one, other] of [
      [client, provider],
      [provider, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    client.pipe(provider);
    provider.on('data', (bytes) => (this.losesAnswers ? client.destroy() : client.write(bytes)));
  }
}
