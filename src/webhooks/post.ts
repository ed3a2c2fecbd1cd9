import got, { RequestError, TimeoutError } from 'got';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

/** As much of an answer's body as is read, in bytes: nobody has much to say to a webhook. */
const MOST_BYTES = 16 * 1024;

/** What is sent, and how. */
export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** From the first look-up to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether it may go to private and loopback addresses. */
  readonly allowPrivate: boolean;
}

export interface PostAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Its first 16 KB; null where it did not arrive in time. */
  readonly body: string | null;
}

/** No answer came. The message says why, for people, and names no address. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** They look at the address that is connected to, whatever the name says. */
const PUBLIC_ONLY = { http: new RequestFilteringHttpAgent(), https: new RequestFilteringHttpsAgent() };

/**
 * Posts JSON, once: nothing is tried again, no redirect is followed.
 *
 * @throws NoAnswer when none came in time, or the request cannot be made
 */
export async function post(request: PostRequest): Promise<PostAnswer> {
  try {
    return await ask(request);
  } catch (error) {
    throw new NoAnswer(explain(error, request.timeoutMs));
  }
}

async function ask({ url, headers, body, timeoutMs, allowPrivate }: PostRequest): Promise<PostAnswer> {
  const request = got.stream.post(url, {
    headers: { 'user-agent': 'Outdial', ...headers, 'content-type': 'application/json' },
    body,
    agent: allowPrivate ? {} : PUBLIC_ONLY,
    // Got's own timer stops with the connection, and 101 ends that without an answer: nothing more would come, for ever.
    signal: AbortSignal.timeout(timeoutMs),
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  try {
    const { statusCode, headers } = await new Promise<PostAnswer>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    return { statusCode, headers, body: await readBody(request) };
  } finally {
    // What still comes is of no interest, an error neither.
    request.on('error', () => undefined);
    request.destroy();
  }
}

async function readBody(chunks: AsyncIterable<Buffer>): Promise<string | null> {
  const read: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      read.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) break;
    }
  } catch {
    return null; // Its status has arrived, and counts.
  }
  return Buffer.concat(read).toString('utf8', 0, MOST_BYTES);
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
