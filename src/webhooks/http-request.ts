import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, TimeoutError } from 'got';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

/** What is sent, and how. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; null for a request without a body. */
  readonly body: string | null;
  /** From the first look-up to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** As much of the answer's body as is read, in bytes. */
  readonly mostBytes: number;
  /** Over which connections it goes. */
  readonly via: keyof typeof AGENTS;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As much of it as was asked for; null where that did not arrive in time. */
  readonly body: string | null;
}

/** No answer came. The message says why, for people, and names no address. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether there was a connection to send the request over: else nobody has seen anything of it. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, mayHaveArrived: boolean) {
    super(message);
    this.mayHaveArrived = mayHaveArrived;
  }
}

const AGENTS = {
  /** To any address. */
  any: {},
  /** To any address, over a connection of its own: one that was left open may be closed by its server in this moment. */
  anyAnew: { http: new HttpAgent({ keepAlive: false }), https: new HttpsAgent({ keepAlive: false }) },
  /** To public addresses alone: they look at the address that is connected to, whatever the name says. */
  public: { http: new RequestFilteringHttpAgent(), https: new RequestFilteringHttpsAgent() },
} as const;

/**
 * Sends a request, once: nothing is tried again, no redirect is followed.
 *
 * @throws NoAnswer when none came in time, or the request cannot be made
 */
export async function send(request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await ask(request);
  } catch (error) {
    throw new NoAnswer(explain(error, request.timeoutMs), hadConnection(error, request.url));
  }
}

async function ask(asked: HttpRequest): Promise<HttpAnswer> {
  const { method, url, headers, body, timeoutMs, mostBytes, via } = asked;
  const content = body === null ? {} : { 'content-type': 'application/json' };
  const request = got.stream(url, {
    method,
    headers: { 'user-agent': 'Outdial', ...headers, ...content },
    ...(body === null ? {} : { body }),
    agent: AGENTS[via],
    // Got's own timer stops with the connection, and 101 ends that without an answer: nothing more would come, for ever.
    signal: AbortSignal.timeout(timeoutMs),
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  try {
    const { statusCode, headers } = await new Promise<HttpAnswer>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    return { statusCode, headers, body: await readBody(request, mostBytes) };
  } finally {
    // What still comes is of no interest, an error neither.
    request.on('error', () => undefined);
    request.destroy();
  }
}

async function readBody(chunks: AsyncIterable<Buffer>, mostBytes: number): Promise<string | null> {
  const read: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      read.push(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) break;
    }
  } catch {
    return null; // Its status has arrived, and counts.
  }
  return Buffer.concat(read).toString('utf8', 0, mostBytes);
}

/** Whatever is not known for sure counts as a connection; without timings no request was made. */
function hadConnection(error: unknown, url: string): boolean {
  if (!(error instanceof RequestError)) return true;
  if (error.timings === undefined) return false;
  const { connect, secureConnect } = error.timings;
  return (url.startsWith('https:') ? secureConnect : connect) !== undefined;
}

function explain(error: unknown, timeoutMs: number): string {
  if (error instanceof TimeoutError) return `no answer within ${timeoutMs / 1_000} s`;
  // A URL, a header or an answer that cannot be read.
  if (!(error instanceof RequestError))
    return 'the request could not be made as it is configured, or its answer not be read';
  if (/is not allowed\. Because/.test(error.message)) {
    return 'its address is private: only an organization with `allowPrivateWebhooks: true` sends there';
  }
  return WORDS[error.code] ?? `the connection failed (${error.code})`;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before an answer came',
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name could not be looked up (DNS)',
};
