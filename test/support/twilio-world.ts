import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pino from 'pino';
import { Problem } from '../../src/api/problem.ts';
import { readTwilioEvent } from '../../src/api/dialer-events/twilio.ts';
import { attemptToken, readAttemptToken } from '../../src/config/attempt-token.ts';
import type { TwilioConfig } from '../../src/config/schema.ts';
import { type AttemptAddress, DIALER_EVENTS_PATH, type DialerEvent } from '../../src/contract/dialer-event.ts';
import type { DialRequest } from '../../src/dialers/dialer.ts';
import type { ProviderEvents } from '../../src/dialers/provider-events.ts';
import { TwilioDialer } from '../../src/dialers/twilio/dialer.ts';
import { TIMES, type TwilioTimes } from '../../src/dialers/twilio/times.ts';
import { ACCOUNT, TwilioStub } from './twilio-stub.ts';

const SECRET = 'a secret of the tests of dialers only';

/** Short ones: a call of the stub takes a second. */
export const SHORT_TIMES: TwilioTimes = {
  ...TIMES,
  ringingMs: 50,
  talkingMs: 100,
  lastWordMs: 500,
  listedMs: 1_500,
  apartMs: 400,
  lookMs: 50,
};

/** What has been told of attempts, kept as Temporal keeps it: of each kind the first. */
class KeptEvents implements ProviderEvents {
  readonly #kept = new Map<string, DialerEvent>();
  readonly #heard = new EventEmitter<Record<string, [DialerEvent]>>();

  pass(event: DialerEvent): void {
    const key = `${event.identity} ${event.name}`;
    if (this.#kept.has(key)) return;
    this.#kept.set(key, event);
    this.#heard.emit(event.identity, event);
  }

  on(identity: string, listener: (event: DialerEvent) => void): () => void {
    this.#heard.on(identity, listener);
    return () => this.#heard.off(identity, listener);
  }

  of(identity: string): Promise<readonly DialerEvent[]> {
    return Promise.resolve([...this.#kept.values()].filter((event) => event.identity === identity));
  }

  /** How many listen. */
  get listeners(): number {
    return this.#heard.eventNames().length;
  }
}

/** A Twilio, and what is around a dialer of it: callbacks come over HTTP, are verified, and outlive the dialer. */
export class TwilioWorld {
  readonly stub: TwilioStub;
  readonly events = new KeptEvents();
  readonly #opened: TwilioDialer[] = [];
  readonly #closeReceiver: () => void;
  readonly #publicUrl: string;

  private constructor(stub: TwilioStub, publicUrl: string, closeReceiver: () => void) {
    this.stub = stub;
    this.#publicUrl = publicUrl;
    this.#closeReceiver = closeReceiver;
  }

  static async open(): Promise<TwilioWorld> {
    const stub = await TwilioStub.start();
    const app = express().use(express.raw({ type: () => true }));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const world: TwilioWorld = new TwilioWorld(stub, publicUrl, () => {
      server.closeAllConnections();
      server.close();
    });
    app.post(`${DIALER_EVENTS_PATH}/:token`, async (request, response) => {
      const address = await readAttemptToken(SECRET, request.params.token);
      const body = (request.body as Buffer).toString();
      try {
        const event = await readTwilioEvent(configOf(stub))({ request, body, publicUrl });
        if (address !== null && event !== null) world.events.pass({ identity: address.identity, ...event });
        response.sendStatus(204);
      } catch (error) {
        response.sendStatus(error instanceof Problem ? error.status : 500);
      }
    });
    return world;
  }

  /** The dialer of a process that has just started. */
  dialer(config: Partial<TwilioConfig> = {}, times: Partial<TwilioTimes> = {}): TwilioDialer {
    const dialer = new TwilioDialer({
      trunk: { orgId: 'default', trunk: 'demo' },
      config: { ...configOf(this.stub), ...config },
      events: this.events,
      callbackUrl: this.callbackUrl,
      log: pino({ level: 'silent' }),
      times: { ...SHORT_TIMES, ...times },
    });
    this.#opened.push(dialer);
    return dialer;
  }

  readonly callbackUrl = async (attempt: AttemptAddress): Promise<string> =>
    `${this.#publicUrl}${DIALER_EVENTS_PATH}/${await attemptToken(SECRET, attempt)}`;

  async close(): Promise<void> {
    for (const dialer of this.#opened) dialer.close();
    this.#closeReceiver();
    await this.stub.close();
  }
}

/** The configuration of a trunk that calls through the stub. */
export const configOf = (stub: TwilioStub): TwilioConfig => ({
  type: 'twilio',
  ...ACCOUNT,
  apiKey: null,
  apiSecret: null,
  connect: { stream: 'wss://agent.example.com/stream' },
  machineDetection: true,
  region: null,
  edge: null,
  apiUrl: stub.url,
});

let attempts = 0;
/** The identity of an attempt that nobody has made yet. */
export const newIdentity = (attempt = 1): string =>
  `0190bbbb-0000-7000-8000-${String((attempts += 1)).padStart(12, '0')}.${attempt}`;

export const CALLER_ID = '+14155550100';

/** A request to dial a number that ends in these digits (see the stub). */
export const requestTo = (identity: string, digits: string, more: Partial<DialRequest> = {}): DialRequest => ({
  identity,
  endpoint: numberOf(identity, digits),
  callerId: CALLER_ID,
  agentId: 'demo',
  voiceAgent: null,
  displayName: null,
  prompt: 'Hello Ada',
  variables: { name: 'Ada' },
  ringTimeoutMs: 45_000,
  maxDurationMs: 3_600_000,
  ...more,
});

/** A number of an attempt's own that ends in these digits. */
export const numberOf = (identity: string, digits: string): string =>
  `+1415${identity.slice(0, identity.lastIndexOf('.')).slice(-3)}${digits}`;
