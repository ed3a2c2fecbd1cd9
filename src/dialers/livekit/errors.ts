import { ServerError } from 'livekit-server-sdk';

/** LiveKit cannot be reached: what it was asked has not reached it, and will not. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

/** LiveKit may have taken what it was asked; its answer was lost. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

/** LiveKit has answered that it does not do what it was asked. Its own words stay out: they may hold a number. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** Twirp's: `not_found`, `unavailable`, `unauthenticated` … */
  readonly code: string;
  /** The called side's answer, RFC 3261; null where it was never asked, or did not answer. */
  readonly sipStatus: number | null;

  constructor(code: string, sipStatus: number | null) {
    super(`LiveKit answered \`${code}\`${sipStatus === null ? '' : `, SIP ${sipStatus}`}`);
    this.code = code;
    this.sipStatus = sipStatus;
  }
}

/** No connection came about: errors of Node's sockets, name look-ups and TLS. */
const NO_CONNECTION =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/;

/** What an error of the SDK means. The SDK's own bears what was asked: it goes no further. */
export function toOurError(error: unknown): Error {
  if (error instanceof ServerError) return fromAnswer(error);
  const code = codeOf(error);
  if (NO_CONNECTION.test(code)) return new NotReached(`LiveKit cannot be reached (${code})`);
  return new AnswerLost(`LiveKit did not answer (${code})`);
}

/** An error that is not Twirp's, nor is a client's, comes from what stands before LiveKit, and says nothing about it. */
function fromAnswer({ status, code, metadata }: ServerError): Error {
  const sipStatus = Number(metadata?.['sip_status_code'] ?? Number.NaN);
  if (code === undefined && status >= 500) return new AnswerLost(`LiveKit did not answer (HTTP ${status})`);
  return new Refused(code ?? `http_${status}`, Number.isInteger(sipStatus) ? sipStatus : null);
}

/** `ECONNREFUSED`, `TimeoutError` …: fetch hides it in the cause. */
function codeOf(error: unknown): string {
  const { cause, name } = (error ?? {}) as { cause?: { code?: unknown }; name?: unknown };
  const code = cause?.code ?? name;
  return typeof code === 'string' ? code : typeof error;
}
