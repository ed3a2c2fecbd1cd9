import { z } from 'zod';
import type { CallEdit } from '../../contract/call.ts';
import { addIssues, inOurWords } from '../body-words.ts';
import { BodyMistakes, Mistakes } from '../accepting/mistakes.ts';
import { badRequest } from '../problem.ts';

/** What can be changed; `null` leaves it as it is. */
const fields = {
  priority: z.int32().nullish(),
  callDeadline: z.string().nullish(),
  callDeadLine: z.string().nullish(),
  scheduledTime: z.string().nullish(),
  endpoint: z.string().min(1).nullish(),
};

const FIELDS = Object.keys(fields);

const editBody = z.strictObject(fields);

/** What a mistake in an edit means. */
export const NOT_CHANGED = 'nothing was changed';

/**
 * What a request wants to be changed about a call: of the right types; what they say is checked against the call.
 *
 * @throws Problem 400 with every mistake, and for one that changes nothing
 */
export function readEditBody(body: unknown): CallEdit {
  const found = new BodyMistakes();
  const mistakes = new Mistakes(found, null);
  const { data, error } = editBody.safeParse(body, { error: inOurWords });
  addIssues(error?.issues ?? [], () => FIELDS, mistakes);
  const { callDeadLine, ...edit } = data ?? {};
  if (callDeadLine != null && edit.callDeadline != null && callDeadLine !== edit.callDeadline) {
    mistakes.add('callDeadLine', 'is another spelling of `callDeadline`, and the two differ: send one of them');
  }
  if (mistakes.any) throw found.toProblem(NOT_CHANGED);
  const wanted = { ...edit, callDeadline: edit.callDeadline ?? callDeadLine };
  if (Object.values(wanted).every((value) => value == null)) {
    throw badRequest('Say what to change: `priority`, `callDeadline`, `scheduledTime` or `endpoint`.');
  }
  return wanted;
}
