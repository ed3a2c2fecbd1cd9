import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { Problem, badBody, badRequest, tooLarge, unavailable } from './problem.ts';
import { shownPath } from './shown-path.ts';

/** gRPC codes that say that Temporal, or a worker behind it, did not answer. */
const AWAY = new Set([1 /* CANCELLED */, 4 /* DEADLINE_EXCEEDED */, 8 /* RESOURCE_EXHAUSTED */, 14 /* UNAVAILABLE */]);

/**
 * Codes that mean many things, and with these words the same: a connection that broke off under a request (grpc-js), a
 * workflow that has not been taken up yet (Temporal's `WorkflowNotReady`), and workers that are gone for longer than some 20 s
 * (or since the server was started): of those that are missing for less, it says nothing until the time is up.
 */
const isPassing = (code: number, details: string): boolean =>
  (code === 13 /* INTERNAL */ && /RST_STREAM/.test(details)) ||
  (code === 9 /* FAILED_PRECONDITION */ && /not ready|at least one workflow task|no poller seen/.test(details));

/** What the body parser throws: it marks its errors as fit to be shown, and names most of them in `type`. */
interface ParserError {
  readonly type?: unknown;
}

const isParserError = (error: unknown): error is ParserError =>
  error instanceof Error && 'expose' in error && error.expose === true;

/** The last handler: every error becomes `application/problem+json`, and only those of ours tell what they are. */
export function answerProblems(log: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const problem = toProblem(error);
    const path = shownPath(request.originalUrl.split('?')[0] ?? '/');
    if (problem.status === 500) log.error({ err: error, method: request.method, path }, 'request failed');
    if (response.headersSent) {
      log.warn({ err: error, method: request.method, path }, 'an answer broke off');
      response.destroy();
      return;
    }
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toBody(path)));
  };
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTemporalAway(error)) return unavailable('Temporal does not answer, or no worker does: try again in a moment.');
  if (isParserError(error)) return parserProblem(error);
  if (error instanceof URIError) return badRequest('The path cannot be read: expected `%` and two hexadecimal digits.');
  return new Problem(500, 'Internal error', 'Something went wrong on our side; the log has the details.');
}

/** Whether the error says that Temporal could not be asked, or that no worker took the question. */
export function isTemporalAway(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  // Ours are all registered: so the SDK calls every query that a worker took and could not answer, right after Temporal has
  // come back, say.
  if (error instanceof QueryNotRegisteredError) return true;
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && (AWAY.has(cause.code) || isPassing(cause.code, cause.details));
}

function parserProblem({ type }: ParserError): Problem {
  switch (type) {
    case 'entity.too.large':
      return tooLarge('The body is larger than a request may be: send the calls in several requests.');
    case 'entity.parse.failed':
      return badBody([{ index: null, path: '', message: 'Expected JSON: the body cannot be parsed' }]);
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Problem(
        415,
        'Unsupported media type',
        'Expected JSON in UTF-8, plain or compressed with gzip, deflate or br.',
      );
    default:
      return new Problem(400, 'Bad request', 'The body did not arrive whole.');
  }
}
