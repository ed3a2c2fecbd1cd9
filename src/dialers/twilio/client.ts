import { createRequire } from 'node:module';
import { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type twilio from 'twilio';
import type { CallInstance, CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { TwilioConfig } from '../../config/schema.ts';
import { failureOf, TwilioError } from './failure.ts';

/** A call as Twilio knows it: https://www.twilio.com/docs/voice/api/call-resource. Times in epoch milliseconds. */
export interface TwilioCall {
  readonly sid: string;
  /** `queued`, `initiated`, `ringing`, `in-progress`, or an end: `completed`, `busy`, `no-answer`, `failed`, `canceled`. */
  readonly status: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** From the answer to the end. */
  readonly durationMs: number | null;
  /** What answering machine detection has made out: `human`, `machine_start`, `fax`, `unknown`; null before. */
  readonly answeredBy: string | null;
  /** `outbound-api` for calls that were placed like ours. */
  readonly direction: string;
}

/** Calls to a number, the newest first. */
export interface RecentCalls {
  readonly calls: readonly TwilioCall[];
  /** Whether there are older ones that are not listed. */
  readonly isCut: boolean;
  /** Twilio's clock when it answered, in epoch milliseconds, to the second; null where it does not say. */
  readonly now: number | null;
}

/** How long Twilio may take to answer, in milliseconds: it usually takes a third of a second. */
const TIMEOUT_MS = 10_000;

/** More than the SDK's 20, since each call in progress asks by itself. */
const MAX_SOCKETS = 100;

/** One page: of one recipient there are hardly ever more in the time that is asked for. */
const PAGE_SIZE = 100;

/** Twilio's SDK takes half a second to load, which only processes with such a trunk are to spend. */
const sdk = (): typeof twilio => createRequire(import.meta.url)('twilio') as typeof twilio;

/**
 * Twilio's calls, through its SDK. Every method throws {@link TwilioError}, and nothing else.
 *
 * Calls are placed on a connection of their own: an idle one may be closed by the other side just when it is used again,
 * and then nobody knows whether the call was placed. That is tried once, whatever happens.
 */
export class TwilioClient {
  readonly #placing: twilio.Twilio;
  readonly #asking: twilio.Twilio;
  readonly #agents: (HttpAgent | HttpsAgent)[] = [];

  constructor(config: TwilioConfig) {
    this.#placing = this.#open(config, false);
    this.#asking = this.#open(config, true);
  }

  async create(params: CallListInstanceCreateOptions): Promise<TwilioCall> {
    return await asked(async () => toCall(await this.#placing.calls.create(params)));
  }

  async fetch(sid: string): Promise<TwilioCall> {
    return await askedAgain(async () => toCall(await this.#asking.calls(sid).fetch()));
  }

  /**
   * The newest calls to `to` from `from`. Not narrowed down by time: Twilio filters by the start of a call, which one that
   * it still queues does not have.
   */
  async recent(to: string, from: string): Promise<RecentCalls> {
    return await askedAgain(async () => {
      const { body, headers } = await this.#asking.calls.pageWithHttpInfo({ to, from, pageSize: PAGE_SIZE });
      const now = Date.parse(String((headers as Record<string, unknown> | undefined)?.date));
      const calls = body.instances.map(toCall);
      return { calls, isCut: calls.length >= PAGE_SIZE, now: Number.isNaN(now) ? null : now };
    });
  }

  /** `canceled` ends a call that is queued or rings, `completed` any. */
  async end(sid: string, status: 'canceled' | 'completed'): Promise<TwilioCall> {
    return await askedAgain(async () => toCall(await this.#asking.calls(sid).update({ status })));
  }

  /** The requests by which a call was made and told of, as text; Twilio has them from 15 minutes after its end on. */
  async requests(sid: string): Promise<readonly string[]> {
    return await askedAgain(async () => {
      const events = await this.#asking.calls(sid).events.list({ limit: PAGE_SIZE });
      return events.map(({ request }) => JSON.stringify(request));
    });
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  #open({ accountSid, authToken, apiKey, apiSecret, region, edge, apiUrl }: TwilioConfig, keepAlive: boolean) {
    const { Twilio, RequestClient } = sdk();
    const http = new RequestClient({ timeout: TIMEOUT_MS, keepAlive, maxSockets: MAX_SOCKETS, autoRetry: false });
    const plain = new HttpAgent({ keepAlive, maxSockets: MAX_SOCKETS });
    http.axios.defaults.httpAgent = plain;
    this.#agents.push(plain, http.axios.defaults.httpsAgent as HttpsAgent);
    return new Twilio(apiKey ?? accountSid, apiSecret ?? authToken, {
      accountSid,
      // Empty, not left out: else the SDK would take them from the environment, behind the configuration's back.
      region: region ?? '',
      edge: edge ?? '',
      httpClient: apiUrl === null ? http : at(apiUrl, http),
    });
  }
}

/** Sends what is for Twilio's own address to another. */
function at(apiUrl: string, http: twilio.RequestClient): twilio.RequestClient {
  const request: twilio.RequestClient['request'] = (options) => {
    const { pathname, search } = new URL(options.uri);
    return http.request({ ...options, uri: `${apiUrl.replace(/\/+$/, '')}${pathname}${search}` });
  };
  return Object.assign(Object.create(http) as twilio.RequestClient, { request });
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new TwilioError(failureOf(error));
  }
}

/** A connection that has just broken was idle, most likely: for what changes nothing, or may be said twice, there is another. */
async function askedAgain<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code !== 'ECONNRESET' && code !== 'EPIPE') throw new TwilioError(failureOf(error));
    return await asked(ask);
  }
}

function toCall(call: CallInstance): TwilioCall {
  return {
    sid: call.sid,
    status: call.status,
    createdAt: toEpoch(call.dateCreated) ?? Date.now(),
    startedAt: toEpoch(call.startTime),
    endedAt: toEpoch(call.endTime),
    // The SDK says texts, and hands on what Twilio sent.
    durationMs: call.duration == null || call.duration === '' ? null : Number(call.duration) * 1_000,
    answeredBy: call.answeredBy ?? null,
    direction: call.direction,
  };
}

/** The SDK hands on texts that it cannot read as dates. */
function toEpoch(date: unknown): number | null {
  const epoch = date instanceof Date ? date.getTime() : NaN;
  return Number.isNaN(epoch) ? null : epoch;
}
