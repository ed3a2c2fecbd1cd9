import type { HttpDialerConfig } from '../../config/types.ts';
import { type HttpAnswer, type HttpRequest, NoAnswer, send } from '../../webhooks/http-request.ts';
import { webhookHeaders } from '../../webhooks/headers.ts';
import { type Placement, readPlacement } from './answer.ts';
import { readStatus, type Report } from './report.ts';

/** How long a platform has to answer, in milliseconds. Nobody can hang up on a call while it is being posted. */
const TIMEOUT_MS = 10_000;

/** An answer to a call that was posted or hung up is short; a status may bring a transcript, as much as an event may. */
const SHORT_BYTES = 16 * 1024;
const STATUS_BYTES = 1_000_000;

/** By what a platform knows a call. */
export interface CallName {
  readonly identity: string;
  /** Its own ID of it; null where it is not known. */
  readonly id: string | null;
}

/** What a platform that was asked how a call stands has said. */
export type Status =
  | { readonly kind: 'told'; readonly report: Report }
  /** It has never heard of it. */
  | { readonly kind: 'absent' }
  /** It cannot be asked for its calls, or not for this one. */
  | { readonly kind: 'mute' };

/** A voice platform, as docs/http-dialer.md has it be asked. */
export class Platform {
  readonly #config: HttpDialerConfig;
  readonly #timeoutMs: number;

  constructor(config: HttpDialerConfig, timeoutMs = TIMEOUT_MS) {
    this.#config = config;
    this.#timeoutMs = timeoutMs;
  }

  /** Where it is, for people. */
  get origin(): string {
    return new URL(this.#config.url).origin;
  }

  /** Whether it can be asked how a call stands: perhaps only once it has told its ID of it. */
  tellsStatus(call: CallName): boolean {
    return addressOf(this.#config.statusUrl, call) !== null;
  }

  /** Posts a call, once. @param body what it is told of the call */
  async place(identity: string, body: object): Promise<Placement> {
    const { url } = this.#config;
    try {
      const key = { 'idempotency-key': identity };
      return readPlacement(await this.#send({ ...post(url, body), headers: key }, identity));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (!error.mayHaveArrived) return { kind: 'unavailable', why: error.message };
      return { kind: 'unsure', why: error.message, isGateway: false };
    }
  }

  /** @throws Error when it does not answer, or not so that it can be read */
  async status(call: CallName): Promise<Status> {
    const url = addressOf(this.#config.statusUrl, call);
    if (url === null) return { kind: 'mute' };
    const { statusCode, body } = await this.#send(get(url), `${call.identity}-status`);
    if (statusCode === 404) return { kind: 'absent' };
    const report = statusCode === 200 ? readStatus(body) : null;
    if (report === null) throw new Error(`The voice platform's status cannot be read (HTTP ${statusCode})`);
    return { kind: 'told', report };
  }

  /**
   * Has it hang up. One that does not know the call, or says that it is over, has nothing to hang up.
   *
   * @returns whether it does; false where it has nothing to
   * @throws Error when it does not answer, or does not take it
   */
  async hangUp(call: CallName): Promise<boolean> {
    // Its names alone: who asks may keep more of it.
    const { identity, id } = call;
    const url = addressOf(this.#config.hangUpUrl, call);
    if (url === null)
      throw new Error('The voice platform has not told its ID of the call, which it is to be hung up by');
    const { statusCode } = await this.#send(post(url, { identity, id }), `${identity}-hangup`);
    if (statusCode >= 200 && statusCode < 300) return true;
    if ([404, 409, 410].includes(statusCode)) return false;
    throw new Error(`The voice platform did not hang up (HTTP ${statusCode})`);
  }

  /** @param id of the message, as its signature has it */
  async #send(request: Omit<HttpRequest, 'timeoutMs' | 'via'>, id: string): Promise<HttpAnswer> {
    const { headers, secret } = this.#config;
    const signature = webhookHeaders(id, new Date(), request.body ?? '', secret);
    return await send({
      ...request,
      headers: { ...headers, ...request.headers, ...signature },
      timeoutMs: this.#timeoutMs,
      // A platform runs beside Outdial, usually: private addresses are meant.
      via: 'anyAnew',
    });
  }
}

const post = (url: string, body: object) =>
  ({ method: 'POST', url, headers: {}, body: JSON.stringify(body), mostBytes: SHORT_BYTES }) as const;

const get = (url: string) => ({ method: 'GET', url, headers: {}, body: null, mostBytes: STATUS_BYTES }) as const;

/** The address of one call; null where there is none, or it takes an ID that is not known. */
function addressOf(template: string | null, { identity, id }: CallName): string | null {
  if (template === null || (id === null && template.includes('{id}'))) return null;
  return template
    .replaceAll('{identity}', () => encodeURIComponent(identity))
    .replaceAll('{id}', () => encodeURIComponent(id ?? ''));
}
