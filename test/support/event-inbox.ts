import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventEmitter } from 'node:events';
import { Problem } from '../../src/api/problem.ts';
import { type AttemptAddress, DIALER_EVENTS, type DialerEvent } from '../../src/contract/dialer-event.ts';
import type { ProviderEvents } from '../../src/dialers/provider-events.ts';
import { listenOn } from './listen.ts';

type Reader = (sent: { body: string }) => Promise<Omit<DialerEvent, 'identity'>>;

/**
 * Where a provider tells its events when there is no Outdial around the dialer: it stands for the API and for Temporal between
 * it and the trunk's host. As these do, it keeps the first of each event of an attempt, and tells it to whoever listens.
 */
export class EventInbox implements ProviderEvents {
  readonly #read: Reader;
  readonly #server: Server;
  readonly #kept = new Map<string, DialerEvent[]>();
  readonly #heard = new EventEmitter<Record<string, [DialerEvent]>>();
  /** Whether events that come get lost on their way: told they are all the same. */
  isDeaf = false;

  private constructor(read: Reader) {
    this.#read = read;
    this.#server = createServer((request, response) => {
      void (async () => {
        const body = ((await request.toArray()) as Buffer[]).join('');
        const identity = decodeURIComponent(request.url?.slice(1) ?? '');
        try {
          this.#take({ identity, ...(await this.#read({ body })) });
          response.writeHead(204).end();
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          response.writeHead(error.status).end(JSON.stringify(error.toBody('')));
        }
      })();
    });
  }

  /** @param read the API's reader of what the provider sends */
  static async start(read: Reader): Promise<EventInbox> {
    const inbox = new EventInbox(read);
    await listenOn(inbox.#server);
    return inbox;
  }

  /** Where events of an attempt are told: its token is its identity. */
  readonly callbackUrl = ({ identity }: AttemptAddress): Promise<string> => {
    const { port } = this.#server.address() as AddressInfo;
    return Promise.resolve(`http://127.0.0.1:${port}/${encodeURIComponent(identity)}`);
  };

  on(identity: string, listener: (event: DialerEvent) => void): () => void {
    this.#heard.on(identity, listener);
    return () => this.#heard.off(identity, listener);
  }

  of(identity: string): Promise<readonly DialerEvent[]> {
    const kept = this.#kept.get(identity) ?? [];
    return Promise.resolve(DIALER_EVENTS.flatMap((name) => kept.filter((one) => one.name === name)));
  }

  /** By how many attempts it is listened for: none, once all dialers are closed. */
  get listeners(): number {
    return this.#heard.eventNames().length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(event: DialerEvent): void {
    const kept = this.#kept.get(event.identity) ?? [];
    if (kept.some(({ name }) => name === event.name)) return;
    this.#kept.set(event.identity, [...kept, event]);
    if (!this.isDeaf) this.#heard.emit(event.identity, event);
  }
}
