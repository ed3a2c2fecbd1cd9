import { type HttpAnswer, send } from './http-request.ts';

export { NoAnswer } from './http-request.ts';

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

/** Its body is the first 16 KB. */
export type PostAnswer = HttpAnswer;

/**
 * Posts JSON to a webhook, once: nothing is tried again, no redirect is followed.
 *
 * @throws NoAnswer when none came in time, or the request cannot be made
 */
export async function post({ allowPrivate, ...request }: PostRequest): Promise<PostAnswer> {
  return await send({ ...request, method: 'POST', mostBytes: MOST_BYTES, via: allowPrivate ? 'any' : 'public' });
}
