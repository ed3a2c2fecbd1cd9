import type { AttemptEnd, Outcome, PlaceCallInput } from '../contract/placement.ts';
import { attemptIdentity } from '../contract/ids.ts';
import { fitEnd } from '../domain/fit-end.ts';
import { toInstant } from '../domain/instant.ts';
import { attemptRef, hasMoved } from './attempt-ref.ts';
import { CallWorkflow, ignoreNotFound } from './call-workflow.ts';
import { ContactLease } from './contact-lease.ts';
import { FollowedCall } from './follow-call.ts';
import type { StartWebhook } from './start-webhook.ts';
import type { TrunkHost } from './trunk-host.ts';

/**
 * Finds out what became of an attempt that another worker may have dialed, and stays with it until it ends.
 *
 * @param start told again, since nobody knows whether it was
 */
export async function takeOver(host: TrunkHost, input: PlaceCallInput, start: StartWebhook): Promise<Outcome> {
  const workflow = new CallWorkflow(host.client);
  const identity = attemptIdentity(workflow.callId, input.attempt);
  const contact = new ContactLease(host, input, identity);
  const found = await host.dialer.find(attemptRef(host, input, identity));
  if (found.state !== 'never-placed') start.begin();
  switch (found.state) {
    case 'never-placed':
      // One that has forgotten a call which somebody answered, or never had it, is not asked to dial it again.
      if (input.known?.answeredTime != null || hasMoved(host, input))
        return { kind: 'ended', end: unseenEnd(input), stoppedBy: null };
      return await contact.takenOver({ kind: 'never-placed' });
    case 'ended':
      return await contact.takenOver({
        kind: 'ended',
        end: fitEnd(found.end),
        stoppedBy: wasStoppedByDeadline(found.end, input) ? 'deadline' : null,
      });
    case 'unknown':
      // Somebody may be talking still: nobody else is to call the number before its lease ends.
      return { kind: 'ended', end: unseenEnd(input), stoppedBy: null };
    case 'live': {
      const release = host.lines.adopt(identity);
      try {
        // A run that a reset began does not know yet that its attempt is under way. One that is gone need not.
        await workflow.dialing(input, found.startedTime).catch(ignoreNotFound);
        const followed = new FollowedCall(host, workflow, input, identity);
        return await contact.takenOver(await followed.takenOver(found.answeredTime !== null));
      } finally {
        release();
      }
    }
  }
}

const wasStoppedByDeadline = (end: AttemptEnd, input: PlaceCallInput): boolean =>
  end.answeredTime === null && Date.parse(end.endedTime) >= Date.parse(input.callDeadline);

/**
 * The end of an attempt that nobody saw. Where somebody had answered it was answered, whatever came then; else nobody can say
 * whether the person was rung: so nobody rings them again.
 */
function unseenEnd({ known }: PlaceCallInput): AttemptEnd {
  const now = toInstant(Date.now());
  const answeredTime = known?.answeredTime ?? null;
  const what = answeredTime === null ? 'what became of the attempt' : 'when the call ended';
  return {
    startedTime: known?.startedTime ?? now,
    answeredTime,
    endedTime: now,
    disposition: answeredTime === null ? 'uncertain' : 'answered',
    providerCode: null,
    recordId: null,
    transcription: null,
    errorMessage: `The worker was lost while it dialed, and the carrier cannot say ${what}`,
  };
}
