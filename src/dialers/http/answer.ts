import { DISPOSITIONS, type Disposition } from '../../contract/call.ts';
import type { HttpAnswer } from '../../webhooks/http-request.ts';
import { fieldsOf, messageOf, textOf } from './json.ts';

/** What a platform has made of a call that was posted to it. */
export type Placement =
  /** It dials, and calls it `id`, where it says so. */
  | { readonly kind: 'taken'; readonly id: string | null }
  /** It does not dial. */
  | {
      readonly kind: 'refused';
      readonly disposition: Disposition;
      readonly code: string;
      /** For people. */
      readonly message: string;
    }
  /** It was not asked: nobody was rung. */
  | { readonly kind: 'unavailable'; readonly why: string }
  | Unsure;

/** It may dial. */
export interface Unsure {
  readonly kind: 'unsure';
  readonly why: string;
  /** Whether it was a gateway that could not reach the platform: then a platform that has not heard of the call has not. */
  readonly isGateway: boolean;
}

/** How a refusal may end: nobody has answered what was not dialed. */
const REFUSALS = new Set<unknown>(DISPOSITIONS.filter((one) => one !== 'answered' && one !== 'voicemail'));

/**
 * Answers that do not say whether it was dialed: too slow, known already, too early. So is every 5xx but 503, which by
 * docs/http-dialer.md says that nothing was.
 */
const UNSURE = new Set([408, 409, 425]);

/** Reads the answer to a call that was posted. */
export function readPlacement(answer: HttpAnswer): Placement {
  const { statusCode } = answer;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'taken', id: textOf(fieldsOf(answer.body).id) };
  if (statusCode === 503) return { kind: 'unavailable', why: 'it answered 503' };
  if (isForOperators(statusCode)) return { kind: 'unavailable', why: whatItMeans(statusCode) };
  if (statusCode >= 500 || UNSURE.has(statusCode)) {
    return { kind: 'unsure', why: `it answered ${statusCode}`, isGateway: statusCode === 502 };
  }
  return refusal(answer);
}

function refusal({ statusCode, body }: HttpAnswer): Placement {
  const { disposition, code, message } = fieldsOf(body);
  const why = messageOf(message);
  return {
    kind: 'refused',
    disposition: REFUSALS.has(disposition) ? (disposition as Disposition) : byStatus(statusCode),
    code: textOf(code, 64) ?? String(statusCode),
    message: `The voice platform refused the call (HTTP ${statusCode})${why === null ? '' : `: ${why}`}`,
  };
}

/** It has no line for it now; or it did not say what is wrong, which may be anything. */
const byStatus = (statusCode: number): Disposition => (statusCode === 429 ? 'carrier-rejected' : 'failed');

/** Whether it is Outdial that is refused, not the call: no call goes out until somebody has seen to that. */
const isForOperators = (statusCode: number): boolean => statusCode === 401 || statusCode === 403 || statusCode < 400;

const whatItMeans = (statusCode: number): string =>
  statusCode < 400
    ? `it is somewhere else (HTTP ${statusCode}): look at the url of its trunk`
    : `it does not accept who asks (HTTP ${statusCode}): look at the headers of its trunk`;
