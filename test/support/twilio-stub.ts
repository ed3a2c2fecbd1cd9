import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fateOf, StubCall } from './twilio-stub-call.ts';
import { listenOn } from './listen.ts';

/**
 * Stands for Twilio's REST API, 2010-04-01, as far as calls go: create, fetch, list, update and their events, over real
 * HTTP, with signed status callbacks. Built from Twilio's documentation and the OpenAPI description in its SDK (call
 * resource, call events, status callbacks, webhook security, error codes); nothing of it was measured at Twilio. As there:
 * - dates are RFC 2822, to the second; a call that is queued has no start; `CallDuration` is whole seconds;
 * - a call's events are there from 15 minutes after its end on, which no test waits for: `requestsAfterMs` shortens it;
 * - `canceled` ends a call that is queued or rings, and is refused (21220) on one that talks; `completed` ends any.
 *
 * What becomes of a call is decided by the last four digits of its number: see twilio-stub-call.ts.
 */
export class TwilioStub {
  readonly calls: StubCall[] = [];
  /** What it was asked, `POST /Calls.json` and so on, without the account. */
  readonly asked: string[] = [];
  /** What the next requests to place a call are answered, instead of being taken: an HTTP status and Twilio's code. */
  refusal: { readonly status: number; readonly code: number | null } | null = null;
  /** Whether it dials what it refuses, as a 500 leaves open. */
  dialsWhatItRefuses = false;
  requestsAfterMs = 15 * 60_000;
  /** Whether it tells of its calls. */
  tells = true;
  readonly #account: { readonly accountSid: string; readonly authToken: string };
  #server: Server | null = null;
  #port = 0;
  #losesAnswers = false;

  private constructor(account: { accountSid: string; authToken: string }) {
    this.#account = account;
  }

  static async start(account = ACCOUNT): Promise<TwilioStub> {
    const stub = new TwilioStub(account);
    await stub.up();
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#port = await listenOn(this.#server, this.#port);
  }

  /** Nobody listens any more; its calls go on. It keeps its port. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  /** Dials what it is asked to, and breaks the connection instead of answering. */
  loseAnswers(isLost: boolean): void {
    this.#losesAnswers = isLost;
  }

  /** How often an attempt was dialed: its identity is among what the agent is told. */
  dials(identity: string): number {
    return this.calls.filter(({ params }) => params.get('Twiml')?.includes(identity)).length;
  }

  async close(): Promise<void> {
    for (const call of this.calls) call.forget();
    await this.down();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = new URLSearchParams(await textOf(request));
    const url = new URL(request.url ?? '', this.url);
    const prefix = `/2010-04-01/Accounts/${this.#account.accountSid}`;
    if (!this.#knows(request.headers.authorization) || !url.pathname.startsWith(prefix)) {
      return fail(response, 401, 20003);
    }
    const path = url.pathname.slice(prefix.length);
    this.asked.push(`${request.method} ${path}`);
    if (path === '/Calls.json') {
      return request.method === 'POST' ? this.#create(body, response) : this.#list(url.searchParams, response);
    }
    const [, sid = '', part = ''] = /^\/Calls\/(CA[0-9a-f]{32})(\/Events)?\.json$/.exec(path) ?? [];
    const call = this.calls.find((one) => one.sid === sid);
    if (call === undefined) return fail(response, 404, 20404);
    if (part !== '') return this.#events(call, response);
    if (request.method === 'POST' && !call.end(body.get('Status') ?? '')) return fail(response, 400, 21220);
    answer(response, 200, call.toJson(this.#account.accountSid));
  }

  #knows(authorization = ''): boolean {
    const { accountSid, authToken } = this.#account;
    return [`${accountSid}:${authToken}`, `${API_KEY}:${API_SECRET}`].some(
      (one) => authorization === `Basic ${Buffer.from(one).toString('base64')}`,
    );
  }

  #create(params: URLSearchParams, response: ServerResponse): void {
    const to = params.get('To') ?? '';
    const refusal = this.refusal ?? fateOf(to).refusal ?? null;
    if (refusal === null || this.dialsWhatItRefuses) {
      const call = new StubCall(
        `CA${randomBytes(16).toString('hex')}`,
        params,
        (form) => void this.#tell(params, form),
      );
      this.calls.unshift(call);
      if (this.#losesAnswers) return void response.destroy();
      if (refusal === null) return answer(response, 201, call.toJson(this.#account.accountSid));
    }
    fail(response, refusal.status, refusal.code);
  }

  #list(filter: URLSearchParams, response: ServerResponse): void {
    const size = Number(filter.get('PageSize') ?? 50);
    const found = this.calls.filter(({ params }) =>
      ['To', 'From'].every((key) => !filter.has(key) || filter.get(key) === params.get(key)),
    );
    const calls = found.slice(0, size).map((call) => call.toJson(this.#account.accountSid));
    answer(response, 200, { calls, page: 0, page_size: size, next_page_uri: null });
  }

  /** How the call was made, as Twilio keeps it. */
  #events({ endedAt, params }: StubCall, response: ServerResponse): void {
    const isThere = endedAt !== null && Date.now() - endedAt >= this.requestsAfterMs;
    const parameters = { to: params.get('To'), status_callback: params.get('StatusCallback') };
    const event = { request: { method: 'POST', url: 'https://api.twilio.com/…/Calls.json', parameters }, response: {} };
    answer(response, 200, { events: isThere ? [event] : [], page: 0, page_size: 50, next_page_uri: null });
  }

  /** Signs as https://www.twilio.com/docs/usage/webhooks/webhooks-security says: the address, and each field in order. */
  async #tell(
    params: URLSearchParams,
    { to, form }: { to: 'StatusCallback' | 'AsyncAmdStatusCallback'; form: URLSearchParams },
  ) {
    const url = params.get(to);
    if (url === null || !this.tells) return;
    form.set('AccountSid', this.#account.accountSid);
    await fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': signatureOf(url, form, this.#account.authToken) },
      body: form,
    }).catch(() => undefined); // Twilio does not try again either
  }
}

/** An account that the stub knows, and an API key of it. */
export const ACCOUNT = { accountSid: `AC${'0123456789abcdef'.repeat(2)}`, authToken: 'an auth token of tests' };
export const API_KEY = `SK${'0123456789abcdef'.repeat(2)}`;
export const API_SECRET = 'an API secret of tests';

/** The `X-Twilio-Signature` of a form that is sent to an address. */
export function signatureOf(url: string, form: URLSearchParams, authToken: string): string {
  const fields = [...form].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => key + value);
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** As Twilio has errors. Without a code it is an intermediary, which knows no JSON. */
function fail(response: ServerResponse, status: number, code: number | null): void {
  if (code === null) return void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
  const message = 'The number +14155550123 is private, and in errors of Twilio';
  answer(response, status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}
