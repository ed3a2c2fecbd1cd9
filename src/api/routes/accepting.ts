import { type Response, Router } from 'express';
import { z } from 'zod';
import { acceptBatch } from '../accepting/accept-batch.ts';
import { acceptCall, acceptCallOnce } from '../accepting/accept-call.ts';
import { answerCall, answerTried, countHeaders, writeArray } from '../accepting/answers.ts';
import { tryCall, tryCalls } from '../accepting/dry-run.ts';
import { readKey } from '../accepting/idempotency-key.ts';
import { acceptBatchOnce } from '../accepting/keyed-batch.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { flag, name, readQuery } from '../query.ts';

const query = {
  agentId: z.string('expected the agent that calls: `?agentId=…`').pipe(name),
  dryRun: flag,
};

/** What people call a batch. */
const batchName = z
  .string('expected one name')
  .regex(/^(?=.*\S)[^\p{Cc}]{1,100}$/u, 'expected 1 to 100 characters, not all of them spaces');

/** What an answer has that was given before. */
const REPLAYED = { 'Idempotent-Replayed': 'true' };

/** `POST /calls` and `POST /calls/bulk`. */
export function acceptRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.post(
    '/bulk',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const asked = readQuery(request, { ...query, batchName: batchName.optional() });
      const bulk = { orgId, agentId: asked.agentId, batchName: asked.batchName ?? null, body: request.body as unknown };
      const key = readKey(request);
      if (asked.dryRun) {
        const calls = await tryCalls(deps, bulk);
        sendJson(response.status(200).set(countHeaders(calls)), await writeArray(calls, answerTried));
        return;
      }
      const { batchId, counts, json, isReplay } =
        key === null ? { ...(await acceptBatch(deps, bulk)), isReplay: false } : await acceptBatchOnce(deps, bulk, key);
      if (isReplay) response.set(REPLAYED);
      sendJson(response.status(201).location(`/api/v1/batches/${batchId}`).set(counts), json);
    }),
  );

  router.post(
    '/',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const { agentId, dryRun } = readQuery(request, query);
      const one = { orgId, agentId, body: request.body as unknown };
      const key = readKey(request);
      if (dryRun) {
        response.status(200).json(answerTried(tryCall(deps, one)));
        return;
      }
      const { isReplay, ...call } =
        key === null ? { ...(await acceptCall(deps, one)), isReplay: false } : await acceptCallOnce(deps, one, key);
      if (isReplay) response.set(REPLAYED);
      response.status(201).location(`/api/v1/calls/${call.callId}`).json(answerCall(call));
    }),
  );

  return router;
}

/** @param json written already */
const sendJson = (response: Response, json: string): Response => response.type('application/json').send(json);
