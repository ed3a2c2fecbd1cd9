import { Router } from 'express';
import { type ApiDeps, TEMPORAL_TIMEOUT_MS } from '../context.ts';
import { unavailable } from '../problem.ts';

/** `/healthz`: the process answers. `/readyz`: it can take calls. Neither needs a key. */
export function healthRoutes({ client, temporalProblems }: ApiDeps): Router {
  const router = Router();

  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });

  router.get('/readyz', async (_request, response) => {
    const problems = await client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, temporalProblems);
    if (problems.length > 0) throw unavailable(problems.join(' '));
    response.json({ status: 'ready' });
  });

  return router;
}
