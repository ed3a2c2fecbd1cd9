import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { Router } from 'express';
import { z } from 'zod';
import type { TrunkConfig } from '../../config/schema.ts';
import { trunkWorkflowId } from '../../contract/ids.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { badRequest, notFound, unavailable } from '../problem.ts';
import { readQuery } from '../query.ts';
import { type TrunkView, viewTrunk } from '../reading/trunk-view.ts';

/** How long a pause has to be applied before the answer tells that it is not, yet, in milliseconds. */
const APPLY_TIMEOUT_MS = 2_500;

/** How often it is looked at meanwhile, in milliseconds. */
const LOOK_MS = 50;

const pauseBody = z.strictObject({ reason: z.string().max(100).nullish() }).nullish();

/** `/trunks`: the organization's trunks, and their pausing. */
export function trunkRoutes(deps: ApiDeps): Router {
  const { configuration } = deps;
  const router = Router();

  router.get(
    '/',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(
        await Promise.all(
          configuration()
            .trunksOf(orgId)
            .map((trunk) => viewTrunk(deps, trunk)),
        ),
      );
    }),
  );

  router.post(
    '/:name/pause',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const body = pauseBody.safeParse(request.body);
      if (!body.success) throw badRequest('Expected no body, or `{"reason": "…"}` of at most 100 characters.');
      const trunk = findTrunk(orgId, request.params.name);
      const reason = body.data?.reason ?? 'paused through the API';
      await signal(trunk, 'pauseTrunk', { reason });
      const view = await untilPaused(trunk, true);
      response.status(view.paused ? 200 : 202).json(view);
    }),
  );

  router.post(
    '/:name/resume',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const trunk = findTrunk(orgId, request.params.name);
      await signal(trunk, 'resumeTrunk', {});
      const view = await untilPaused(trunk, false);
      response.status(view.paused ? 202 : 200).json(view);
    }),
  );

  return router;

  function findTrunk(orgId: string, name: string | string[] | undefined): TrunkConfig {
    const trunk = configuration().trunk(orgId, String(name));
    if (trunk === null) throw notFound('such trunk');
    return trunk;
  }

  async function signal({ orgId, name }: TrunkConfig, kind: string, fields: object): Promise<void> {
    try {
      await deps.client.workflow.getHandle(trunkWorkflowId(orgId, name)).signal(kind, fields);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      throw unavailable('No worker looks after this trunk yet: start one, and try again.');
    }
  }

  /** The trunk once its queue says so, or what it says when that takes too long. */
  async function untilPaused(trunk: TrunkConfig, paused: boolean): Promise<TrunkView> {
    const timeout = Date.now() + APPLY_TIMEOUT_MS;
    for (;;) {
      const view = await viewTrunk(deps, trunk);
      if (view.paused === paused || Date.now() > timeout) return view;
      await sleep(LOOK_MS);
    }
  }
}
