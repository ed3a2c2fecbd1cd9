/** Why a request to Twilio has no result. */
export type Failure =
  /** Nobody read it: no connection, no name, no certificate to trust. */
  | { readonly kind: 'unreachable' }
  /** It was sent, and nobody can say whether it was read: no answer in time, or the connection broke. */
  | { readonly kind: 'lost' }
  /** Twilio has answered with an error; its own code is null where an intermediary answered. */
  | { readonly kind: 'answered'; readonly status: number; readonly code: number | null };

/** A request to Twilio that failed. Says nothing of what it held: the SDK's errors have numbers and credentials in them. */
export class TwilioError extends Error {
  override readonly name = 'TwilioError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(inWords(failure));
    this.failure = failure;
  }
}

function inWords(failure: Failure): string {
  switch (failure.kind) {
    case 'unreachable':
      return 'Twilio cannot be reached';
    case 'lost':
      return 'Twilio has not answered';
    case 'answered':
      return `Twilio answers ${failure.status}${failure.code === null ? '' : `, error ${failure.code}`}`;
  }
}

interface ErrorLike {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** What an error of the SDK, or of the HTTP client below it, says. */
export function failureOf(error: unknown): Failure {
  const { status, code } = (error ?? {}) as ErrorLike;
  if (typeof status === 'number') return { kind: 'answered', status, code: typeof code === 'number' ? code : null };
  return wasNotSent(error) ? { kind: 'unreachable' } : { kind: 'lost' };
}

/** Certificates that are not trusted, as Node and OpenSSL call what is wrong with them. */
const UNTRUSTED = /^(ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

function wasNotSent(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 3) return false;
  const { code, syscall, message, cause, errors } = error as ErrorLike;
  if (syscall === 'connect' || syscall === 'getaddrinfo' || UNTRUSTED.test(String(code))) return true;
  if (/before secure TLS connection/.test(String(message))) return true;
  // Several addresses were tried: none of them took it.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((one) => wasNotSent(one, depth + 1));
  return wasNotSent(cause, depth + 1);
}
