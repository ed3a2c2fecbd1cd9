import {
  allHandlersFinished,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  workflowInfo,
} from '@temporalio/workflow';
import type { ContactMemo, ContactRecord } from '../contract/contact.ts';
import { ContactState } from './contact-state.ts';

/** How long a run waits to be asked, in milliseconds: the question comes with its start, unless that is somebody's hand. */
const FIRST_QUESTION_MS = 10_000;

/**
 * One phone number of an organization: who may call it now, how often it was called, and whether it is to be called at all.
 * It ends by itself once it holds nothing any more; a native cancellation changes nothing.
 */
export async function contactPolicy(before?: ContactRecord): Promise<void> {
  const contact = new ContactState(before ?? null);
  await CancellationScope.nonCancellable(() => run(contact));
}

async function run(contact: ContactState): Promise<void> {
  if (!contact.heard) await condition(() => contact.heard, FIRST_QUESTION_MS, { summary: 'waits to be asked' });
  while (!isIdle(contact)) {
    if (isLong() && isQuiet(contact)) return await beginAnew(contact);
    await untilSomethingIsDue(contact);
  }
}

/** What it holds grows with every question: then the timer, once it is up, is set anew. */
async function untilSomethingIsDue(contact: ContactState): Promise<void> {
  const { suppressed, heldUntil } = contact;
  const isDue = (): boolean => isIdle(contact) || (isLong() && isQuiet(contact)) || contact.suppressed !== suppressed;
  if (suppressed) await condition(isDue);
  // At least a moment: what is held until now is held no longer, but a call may be being woken.
  else await condition(isDue, Math.max(1, heldUntil - Date.now()), { summary: 'until nothing counts any more' });
}

const isIdle = (contact: ContactState): boolean => isQuiet(contact) && contact.heldUntil <= Date.now();

const isQuiet = (contact: ContactState): boolean => contact.settled && allHandlersFinished();

const isLong = (): boolean => workflowInfo().continueAsNewSuggested;

async function beginAnew(contact: ContactState): Promise<void> {
  const { record } = contact;
  const memo: ContactMemo = { suppression: record.suppression };
  await makeContinueAsNewFunc<typeof contactPolicy>({ memo })(record);
}
