import express, { type Express, Router } from 'express';
import { DIALER_EVENTS_PATH } from '../contract/dialer-event.ts';
import { authenticate } from './authenticate.ts';
import type { ApiDeps } from './context.ts';
import { answerProblems } from './errors.ts';
import { notFound } from './problem.ts';
import { agentRoutes } from './routes/agents.ts';
import { batchRoutes } from './routes/batches.ts';
import { callListRoutes } from './routes/call-lists.ts';
import { callResultRoutes } from './routes/call-results.ts';
import { callRoutes } from './routes/calls.ts';
import { dialerEventRoutes } from './routes/dialer-events.ts';
import { healthRoutes } from './routes/health.ts';
import { miscRoutes } from './routes/misc.ts';
import { suppressionRoutes } from './routes/suppressions.ts';
import { trunkRoutes } from './routes/trunks.ts';
import { callWebhookRoutes, webhookRoutes } from './routes/webhooks.ts';

/** The most bytes of a body. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Outdial's HTTP API, ready to be listened with. */
export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // `?status=a&status=b` is an array; brackets mean nothing.
  app.set('query parser', 'simple');

  app.use(healthRoutes(deps));
  app.use(DIALER_EVENTS_PATH, dialerEventRoutes(deps));
  app.use('/api/v1', apiV1(deps));
  app.use(() => {
    throw notFound('such path');
  });
  app.use(answerProblems(deps.log));
  return app;
}

function apiV1(deps: ApiDeps): Router {
  const router = Router();
  // First of all: who may not come in sends no 32 MB.
  router.use(authenticate(deps));
  // Whatever a client calls it, a body is JSON. `strict: false` leaves it to us to say that a string is no call.
  router.use(express.json({ limit: MOST_BYTES, strict: false, type: () => true }));
  router.use('/calls', callListRoutes(deps));
  router.use('/calls', callRoutes(deps));
  router.use('/calls', callWebhookRoutes(deps));
  router.use('/callresults', callResultRoutes(deps));
  router.use('/batches', batchRoutes(deps));
  router.use('/agents', agentRoutes(deps));
  router.use('/trunks', trunkRoutes(deps));
  router.use('/webhooks', webhookRoutes(deps));
  router.use('/suppressions', suppressionRoutes(deps));
  router.use('/misc', miscRoutes(deps));
  return router;
}
