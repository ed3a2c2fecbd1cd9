/** An answer of the API, its body parsed. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A call as the API answers it, as far as tests look at it. */
export interface CallAnswer {
  readonly callId: string;
  readonly batchId: string | null;
  readonly endpoint: string;
  readonly status: string;
  readonly reason: string | null;
  readonly createdTime: string;
  readonly nextScheduleTime: string;
  readonly completedTime: string | null;
  readonly callDeadline: string;
  readonly durationSeconds: number | null;
  readonly waitingFor: { readonly for: string; readonly until: string | null } | null;
  readonly attempts: readonly {
    readonly number: number;
    readonly startedTime: string;
    readonly answeredTime: string | null;
    readonly endedTime: string | null;
    readonly disposition: string | null;
    readonly providerCode: string | null;
  }[];
}

export interface ListAnswer {
  readonly calls: readonly CallAnswer[];
  readonly total: number;
  readonly nextCursor: string | null;
}

/** A batch as the API answers it, as far as tests look at it. */
export interface BatchAnswer {
  readonly batchId: string;
  readonly status: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly createdTime: string;
  readonly startedTime: string | null;
  readonly finishedTime: string | null;
  readonly estimatedEndTime: string | null;
}

export interface ProblemAnswer {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly index: number | null; readonly path: string; readonly message: string }[];
}

export interface TrunkAnswer {
  readonly name: string;
  readonly lines: number;
  readonly busy: number;
  readonly queued: number;
  readonly paused: boolean;
  readonly pausedReason: string | null;
  readonly host: string | null;
}

/** The HTTP API, as a client of an organization uses it. */
export class Api {
  readonly url: string;
  readonly #key: string;

  /** @param url the root, without `/api/v1` */
  constructor(url: string, key = 'outdial-development') {
    this.url = url;
    this.#key = key;
  }

  /** Any request to `/api/v1`; a body that is no string is sent as JSON. */
  async request<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json', ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body };
  }

  /** A GET; asked again on a 503, as that tells clients to: a machine that several tests use at once is slow at times. */
  async read<Body>(path: string): Promise<Answer<Body>> {
    return await eventually(
      () => this.request<Body>('GET', path),
      ({ status }) => status !== 503,
    );
  }

  async bulk(agentId: string, calls: readonly object[]): Promise<CallAnswer[]> {
    const { status, body } = await this.request<CallAnswer[]>('POST', `/calls/bulk?agentId=${agentId}`, calls);
    if (status !== 201) throw new Error(`Expected 201, got ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  async call(agentId: string, call: object): Promise<CallAnswer> {
    const { status, body } = await this.request<CallAnswer>('POST', `/calls?agentId=${agentId}`, call);
    if (status !== 201) throw new Error(`Expected 201, got ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  async get(callId: string): Promise<CallAnswer> {
    return (await this.read<CallAnswer>(`/calls/${callId}`)).body;
  }

  /** How many calls the list has for a filter. */
  async total(filter: string): Promise<number> {
    return (await this.read<{ total: number }>(`/calls/queue/list?take=1&${filter}`)).body.total;
  }

  /** The call once `isSo`; fails after `timeoutMs`. */
  async until(callId: string, isSo: (call: CallAnswer) => boolean, timeoutMs = 60_000): Promise<CallAnswer> {
    return await eventually(() => this.get(callId), isSo, timeoutMs);
  }

  async untilEnded(callId: string, timeoutMs = 60_000): Promise<CallAnswer> {
    return await this.until(callId, hasEnded, timeoutMs);
  }
}

export const hasEnded = ({ status }: CallAnswer): boolean => ['Completed', 'Failed', 'Canceled'].includes(status);

export const isTalking = ({ waitingFor }: CallAnswer): boolean => waitingFor?.for === 'end';

export const isRinging = ({ waitingFor }: CallAnswer): boolean => waitingFor?.for === 'answer';

/** Looks again and again until what is seen `isSo`; fails with what was seen last after `timeoutMs`. */
export async function eventually<T>(
  look: () => Promise<T>,
  isSo: (seen: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const timeout = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > timeout) throw new Error(`Not so after ${timeoutMs} ms: ${JSON.stringify(seen).slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
