import { z } from 'zod';
import type { CallEdit } from '../../contract/call.ts';
import { addIssues, inOurWords } from '../body-words.ts';
import { Mistakes } from '../accepting/mistakes.ts';
import { badBody, badRequest } from '../problem.ts';

/** What can be changed; `null` leaves it as it is. */
const fields = {
  priority: z.int32().nullish(),
  callDeadline: z.string().nullish(),
  callDeadLine: z.string().nullish(),
  scheduledTime: z.string().nullish(),
  endpoint: z.string().min(1).nullish(),
};

const editBody = z.strictObject(fields);

/**
 * What a request wants to be changed about a call: of the right types; what they say is checked against the call.
 *
 * @throws Problem 400 with every mistake, and for one that changes nothing
 */
export function readEditBody(body: unknown): CallEdit {
  const mistakes = new Mistakes(null);
  const parsed = editBody.safeParse(body, { error: inOurWords });
  if (!parsed.success) {
    addIssues(parsed.error.issues, () => Object.keys(fields), mistakes);
    throw badBody(mistakes.found);
  }
  const { callDeadLine, ...edit } = parsed.data;
  if (callDeadLine != null && edit.callDeadline != null && callDeadLine !== edit.callDeadline) {
    mistakes.add('callDeadLine', 'is another spelling of `callDeadline`, and the two differ: send one of them');
    throw badBody(mistakes.found);
  }
  const wanted = { ...edit, callDeadline: edit.callDeadline ?? callDeadLine };
  if (Object.values(wanted).every((value) => value == null)) {
    throw badRequest(`Say what to change: ${Object.keys(editBody.shape).join(', ')}.`);
  }
  return wanted;
}
