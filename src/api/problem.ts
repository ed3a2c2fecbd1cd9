/** A mistake in one place of a body. */
export interface BodyMistake {
  /** Which item of an array; null where the body is not one. */
  readonly index: number | null;
  /** Where in the item, as in JavaScript: `overrideOutboundConfig.phoneNumber`; empty for the item itself. */
  readonly path: string;
  /** What was wrong, and what to do; never the value itself, which may be private. */
  readonly message: string;
}

/** An answer that is not the one asked for, as RFC 9457 has it: `application/problem+json`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly errors: readonly BodyMistake[] | undefined;
  readonly totalErrors: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    title: string,
    detail: string,
    more: {
      errors?: readonly BodyMistake[];
      totalErrors?: number;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.title = title;
    this.errors = more.errors;
    this.totalErrors = more.totalErrors;
    this.headers = more.headers ?? {};
  }

  /** The members of the answer's body. */
  toBody(instance: string): Record<string, unknown> {
    const { status, title, message: detail, errors, totalErrors } = this;
    const about = { type: 'about:blank', title, status, detail, instance };
    return errors === undefined ? about : { ...about, totalErrors, errors };
  }
}

export const badRequest = (detail: string): Problem => new Problem(400, 'Bad request', detail);

/**
 * All mistakes of a body at once.
 *
 * @param totalErrors how many there are, where not all of them are listed
 * @param so what that means
 */
export function badBody(
  errors: readonly BodyMistake[],
  totalErrors = errors.length,
  so = 'nothing was scheduled',
): Problem {
  const count = totalErrors === 1 ? 'a mistake' : `${totalErrors} mistakes`;
  const some = errors.length < totalErrors ? `, of which the first ${errors.length} are listed` : '';
  return new Problem(400, 'Invalid body', `The body has ${count}${some}: ${so}.`, { errors, totalErrors });
}

export const tooLarge = (detail: string): Problem => new Problem(413, 'Content too large', detail);

/** What is not there, and what is another organization's, alike. */
export const notFound = (what: string): Problem => new Problem(404, 'Not found', `There is no ${what}.`);

export const conflict = (detail: string): Problem => new Problem(409, 'Conflict', detail);

export const unavailable = (detail: string): Problem =>
  new Problem(503, 'Service unavailable', detail, { headers: { 'Retry-After': '5' } });
