// Stands for a LiveKit server with its SIP bridge, a carrier behind that, and voice agents: the HTTP API as far as the
// dialer uses it. What it answers, and what becomes of rooms and participants, was measured on livekit-server 1.13.5 with
// its SIP bridge and SIPp as the called party; the real server, without the bridge, is in test/livekit. Times are shortened.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken, TokenVerifier } from 'livekit-server-sdk';
import { type Leg, LiveKitRooms, TwirpError } from './livekit-stub-rooms.ts';
import { listenOn } from './listen.ts';

export const STUB_KEY = { apiKey: 'APIstub', apiSecret: 'a-secret-of-the-stub-that-is-long-enough' } as const;

/** What happens to the person, by the last four digits of the number; any other talks until hung up on. */
const FATES: Readonly<Record<string, { sip?: number; reason?: number; status?: string }>> = {
  '0002': { sip: 486, reason: 12 },
  '0004': { sip: 603, reason: 12 },
  '0006': { sip: 404, reason: 11 },
  '0007': { sip: 480, reason: 11 },
  // No capacity: nobody's telephone rings. At …0009 one does before.
  '0008': { sip: 503, reason: 1, status: 'dialing' },
  '0009': { sip: 503, reason: 1 },
  '0010': { sip: 400, reason: 1 },
  // Nobody answers; a trunk that cannot be reached over UDP looks the same from outside.
  '0003': { status: 'ringing' },
  '0013': { status: 'dialing' },
};

/** Twirp's code for a SIP status, and its HTTP status: they collide. */
const TWIRP_OF_SIP: Readonly<Record<number, [string, number]>> = {
  400: ['invalid_argument', 400],
  404: ['not_found', 404],
  480: ['resource_exhausted', 429],
  486: ['resource_exhausted', 429],
  503: ['failed_precondition', 412],
  603: ['permission_denied', 403],
};

const SETUP_MS = 60;
const RINGING_MS = 150;
/** How long somebody at …0001 talks. */
const TALK_MS = 400;

type Body = Readonly<Record<string, unknown>>;

export class LiveKitStub extends LiveKitRooms {
  url = '';
  /** Called as a request comes, before anything is done about it: `CreateRoom`, `CreateSIPParticipant` … */
  onRequest: (method: string, body: Body) => unknown = () => undefined;
  /** Called once it has had its effect, before it is answered. */
  onAnswer: (method: string, body: Body) => unknown = () => undefined;
  /** Where it tells by itself who has left a room; null where it does not. */
  webhookUrl: string | null = null;
  /** Whether a SIP bridge runs. */
  hasBridge = true;
  #dials: string[] = [];
  #server: Server | null = null;
  #port = 0;
  #losesAnswers = false;

  static async start(): Promise<LiveKitStub> {
    const stub = new LiveKitStub();
    await stub.up();
    return stub;
  }

  /** How often a person was dialed for an attempt. */
  dials(identity: string): number {
    return this.#dials.filter((room) => room === `outdial-${identity}`).length;
  }

  /** Nobody listens any more; calls go on. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  }

  /** Listens again, where it did before. */
  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#port = await listenOn(this.#server, this.#port);
    this.url = `http://127.0.0.1:${this.#port}`;
  }

  /** From now on, the answers to requests to dial are lost: connections break as soon as it dials. */
  loseAnswers(isLost: boolean): void {
    this.#losesAnswers = isLost;
  }

  async close(): Promise<void> {
    await this.down();
    this.closeRooms();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.url?.split('/').at(-1) ?? '';
    const body = JSON.parse((await text(request)) || '{}') as Body;
    try {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      await new TokenVerifier(STUB_KEY.apiKey, STUB_KEY.apiSecret).verify(token).catch(() => {
        throw new TwirpError('unauthenticated', 401, 'invalid token');
      });
      await this.onRequest(method, body);
      const answer = method === 'CreateSIPParticipant' ? await this.#dial(body, response) : this.answer(method, body);
      await this.onAnswer(method, body);
      send(response, 200, answer);
    } catch (error) {
      if (!(error instanceof TwirpError)) throw error;
      send(response, error.status, { code: error.code, msg: error.message, meta: error.meta });
    }
  }

  async #dial(body: Body, response: ServerResponse): Promise<unknown> {
    const { sipTrunkId, sipCallTo, roomName, participantIdentity } = body as Record<string, string>;
    if (sipTrunkId !== 'ST_stub') throw new TwirpError('not_found', 404, 'requested sip trunk does not exist');
    if (!/^\+?\d+$/.test(sipCallTo ?? '')) throw new TwirpError('invalid_argument', 400, `invalid: ${sipCallTo}`);
    if (!this.hasBridge) throw new TwirpError('unavailable', 503, 'no response from servers');
    this.#dials.push(roomName ?? '');
    const digits = sipCallTo?.slice(-4) ?? '';
    if (digits === '0014') throw new TwirpError('failed_precondition', 412, 'connection refused');
    const leg = this.addPerson(roomName ?? '', participantIdentity ?? '', body['participantAttributes'] as object);
    leg.left = (reason) => void this.#tellLeft(leg, reason);
    if (this.#losesAnswers) response.destroy();
    return await this.#ring(leg, digits, Number.parseFloat(String(body['ringingTimeout'])) * 1_000, body);
  }

  async #ring(leg: Leg, digits: string, ringMs: number, body: Body): Promise<unknown> {
    const { sip, reason, status } = FATES[digits] ?? {};
    await leg.during(SETUP_MS);
    if (status === 'dialing' && sip === undefined) {
      await leg.during(ringMs);
      leg.leave(11);
      throw new TwirpError('deadline_exceeded', 408, 'sip request timed out');
    }
    if (status !== 'dialing') {
      leg.attributes['sip.callStatus'] = 'ringing';
      await leg.during(status === 'ringing' ? ringMs : RINGING_MS);
    }
    if (leg.isGone) throw new TwirpError('canceled', 408, 'canceled');
    if (sip !== undefined) {
      leg.leave(reason ?? 1);
      const [code, http] = TWIRP_OF_SIP[sip] ?? ['unknown', 500];
      throw new TwirpError(code, http, `status ${sip}`, { sip_status_code: String(sip), sip_status: 'No' });
    }
    if (status === 'ringing') {
      leg.leave(11);
      throw new TwirpError('deadline_exceeded', 408, 'sip request timed out');
    }
    leg.attributes['sip.callStatus'] = 'active';
    if (digits === '0001') void leg.during(TALK_MS).then(() => leg.hangUp());
    const { roomName, participantIdentity } = body;
    return { participantId: 'PA_stub', participantIdentity, roomName, sipCallId: leg.attributes['sip.callID'] };
  }

  /** As LiveKit does it: signed with a token that bears the body's hash. */
  async #tellLeft(leg: Leg, reason: number): Promise<void> {
    if (this.webhookUrl === null) return;
    const { room, identity, attributes } = leg;
    const participant = {
      sid: 'PA_stub',
      identity,
      kind: 'SIP',
      state: 'DISCONNECTED',
      attributes,
      disconnectReason: reason,
    };
    const event = { event: 'participant_left', room: { name: room, sid: 'RM_stub' }, participant };
    const { headers, body } = await signedEvent({ ...event, id: 'EV_stub', createdAt: Math.floor(Date.now() / 1_000) });
    await fetch(this.webhookUrl, { method: 'POST', headers, body }).catch(() => sleep(0));
  }
}

/** An event as LiveKit posts it. */
export async function signedEvent(
  event: object,
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string } = STUB_KEY,
) {
  const body = JSON.stringify(event);
  const token = new AccessToken(apiKey, apiSecret, { ttl: 300 });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  const headers = { authorization: await token.toJwt(), 'content-type': 'application/webhook+json' };
  return { headers, body };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
