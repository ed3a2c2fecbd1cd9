import { type Request, raw, Router } from 'express';
import { readAttemptToken } from '../../config/attempt-token.ts';
import { LARGEST_EVENT_BYTES } from '../../contract/dialer-event.ts';
import { type ApiDeps, step } from '../context.ts';
import { readLiveKitEvent } from '../dialer-events/livekit.ts';
import { readerOf } from '../dialer-events/reader-of.ts';
import { notFound, tooLarge } from '../problem.ts';

/**
 * `/dialer-events`: what providers tell of their calls by themselves. No API key is asked for: the address itself bears a
 * token of ours, and whatever more a provider signs is checked.
 */
export function dialerEventRoutes(deps: ApiDeps): Router {
  const router = Router();
  // As it came over the wire: what a signature is of.
  const body = raw({ limit: LARGEST_EVENT_BYTES, type: () => true });
  router.use((request, response, next) => {
    body(request, response, (error?: unknown) => next(isTooLarge(error) ? tooLarge(TOO_LARGE) : error));
  });

  // A LiveKit server has one address for all that it tells: whose attempt it is, the event itself says.
  router.post('/livekit', async (request, response) => {
    const { authorization } = request.headers;
    const { secret } = deps;
    const read = await readLiveKitEvent({
      body: bodyOf(request),
      authorization,
      secret,
      configuration: deps.configuration(),
    });
    if (read !== null) await step(deps, () => deps.events.pass(read.address, read.event));
    response.status(204).end();
  });

  // A provider waits for the answer, and tells it again where there is none: so it is durable first.
  router.post('/:token', async (request, response) => {
    const address = await readAttemptToken(deps.secret, request.params.token);
    const trunk = address && deps.configuration().trunk(address.orgId, address.trunk);
    const read = trunk && readerOf(trunk.dialer);
    if (!address || !read) throw notFound('such attempt');
    const event = await read({ request, body: bodyOf(request), publicUrl: deps.publicUrl });
    const { identity } = address;
    if (event !== null) await step(deps, () => deps.events.pass(address, { identity, ...event }));
    response.status(204).end();
  });

  return router;
}

const TOO_LARGE = `An event is at most ${LARGEST_EVENT_BYTES / 1_000_000} MB: leave its transcript out, or shorten it.`;

const isTooLarge = (error: unknown): boolean => (error as { type?: unknown } | undefined)?.type === 'entity.too.large';

/** The body's text; empty where there is none. */
const bodyOf = ({ body }: Request): string => (Buffer.isBuffer(body) ? body.toString('utf8') : '');
