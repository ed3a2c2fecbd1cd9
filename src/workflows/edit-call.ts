import { condition, setHandler } from '@temporalio/workflow';
import type { CallEdit, EditAnswer } from '../contract/call.ts';
import { editCallUpdate } from '../contract/messages.ts';
import { resolveEdit } from './call-activities.ts';
import type { CallState } from './call-state.ts';

/** Lets a call be changed as long as it is not dialed. */
export function acceptEdits(call: CallState): void {
  setHandler(editCallUpdate, (edit: CallEdit | undefined) => oneByOne(call, () => editCall(call, edit ?? {})));
}

/** Two edits at once would each undo the other; and meanwhile the call is not placed. */
export async function oneByOne<T>(call: CallState, edit: () => Promise<T>): Promise<T> {
  while (call.editing) await condition(() => !call.editing);
  call.editing = true;
  try {
    return await edit();
  } finally {
    call.editing = false;
  }
}

async function editCall(call: CallState, edit: CallEdit): Promise<EditAnswer> {
  if (!call.editable) return tooLate(call);
  const { facts, input, plan } = call;
  const answer = await resolveEdit({ facts, input, plan, edit });
  if (answer.kind !== 'edited') return answer;
  // A new priority reaches the queue by itself; all else is in what `placeCall` was asked already.
  if (answer.call.changed.some((field) => field !== 'priority')) await withdraw(call);
  if (!call.editable) return tooLate(call);
  call.edit(answer.call);
  return answer;
}

/** Takes a call that waits for its line back from the queue; resolves when it has come, or is dialed after all. */
async function withdraw(call: CallState): Promise<void> {
  if (call.placement === null) return;
  call.withdrawing = true;
  call.stopRequests += 1;
  await condition(() => call.placement === null || call.dialing || call.ended);
}

const tooLate = ({ status, cancelReason, dialing }: CallState): EditAnswer => ({
  kind: 'too-late',
  // What becomes of a call shows in its status a moment later.
  status: dialing ? 'Running' : cancelReason === null ? status : 'Canceled',
});
