import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { CallEdit, EditAnswer, EditedCall } from '../../contract/call.ts';
import { editCallUpdate, editHeldCallUpdate } from '../../contract/messages.ts';
import { NOT_CHANGED } from './edit-body.ts';
import type { ApiDeps } from '../context.ts';
import { badBody, conflict, notFound } from '../problem.ts';
import { type CallView, describeCall, findHeldCall, viewCall } from '../reading/call-view.ts';

/** A call as it is after an edit. */
export interface EditView extends CallView {
  /** The fields that are not what they were. */
  readonly changed: EditedCall['changed'];
}

/** How often the workflow of a call is looked for that is being started, in milliseconds. */
const LOOK_MS = 50;

/**
 * Changes a call that is not dialed yet: its workflow, or its page where that has not started, works out what the edit
 * means by the rules by which calls are accepted.
 *
 * @throws Problem 404 for no such call, 400 with every mistake, 409 for a call that is dialed or has ended
 */
export async function editCall(deps: ApiDeps, orgId: string, callId: string, edit: CallEdit): Promise<EditView> {
  const answer = await askToEdit(deps, orgId, callId, edit);
  switch (answer.kind) {
    case 'invalid':
      throw badBody(
        answer.mistakes.map((mistake) => ({ index: null, ...mistake })),
        answer.mistakes.length,
        NOT_CHANGED,
      );
    case 'too-late':
      throw conflict(
        answer.status === 'Running'
          ? 'The call is being dialed, or somebody is talking: it cannot be changed any more.'
          : `The call has ended: it is ${answer.status}.`,
      );
    case 'edited':
      return { ...(await viewCall(deps, orgId, callId)), changed: answer.call.changed };
  }
}

/** Asks whoever stands for the call now: while its page starts it, for a moment nobody does. */
async function askToEdit(deps: ApiDeps, orgId: string, callId: string, edit: CallEdit): Promise<EditAnswer> {
  const isStarted = async (): Promise<boolean> => (await describeCall(deps, orgId, callId)) !== null;
  for (;;) {
    if (await isStarted()) return await editStarted(deps, callId, edit);
    const found = await findHeldCall(deps, orgId, callId);
    if (found !== null) {
      const answer = await editHeld(deps, found.page, callId, edit);
      if (answer !== null) return answer;
    } else if (!(await isStarted())) {
      throw notFound('such call');
    }
    await sleep(LOOK_MS);
  }
}

async function editStarted(deps: ApiDeps, callId: string, edit: CallEdit): Promise<EditAnswer> {
  try {
    const call = deps.client.workflow.getHandle(callId);
    const answer = await call.executeUpdate(editCallUpdate, { args: [edit] });
    const isMoved = answer.kind === 'edited' && answer.call.changed.includes('priority');
    if (isMoved) await moveInQueue(deps, callId, answer.call.input.priorityKey);
    return answer;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw conflict('The call has ended.');
    throw error;
  }
}

async function editHeld({ client }: ApiDeps, page: string, callId: string, edit: CallEdit): Promise<EditAnswer | null> {
  try {
    return await client.workflow.getHandle(page).executeUpdate(editHeldCallUpdate, { args: [callId, edit] });
  } catch (error) {
    // A page that has ended starts nothing any more.
    if (error instanceof WorkflowNotFoundError) return { kind: 'too-late', status: 'Canceled' };
    throw error;
  }
}

/** Gives a queued call its new place: the queue keeps the order, and the call is not scheduled again. */
async function moveInQueue({ client }: ApiDeps, callId: string, priorityKey: number): Promise<void> {
  const { namespace, identity } = client.options;
  const { raw } = await client.workflow.getHandle(callId).describe();
  const queued = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'placeCall');
  if (queued?.activityId == null) return;
  await client.workflowService.updateActivityOptions({
    namespace,
    identity,
    execution: { workflowId: callId },
    id: queued.activityId,
    activityOptions: { priority: { priorityKey } },
    updateMask: { paths: ['priority.priority_key'] },
  });
}
