import { activityInfo, Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import type { ContactRef, Suppression } from '../contract/contact.ts';

/**
 * As many numbers a process puts on lists at once, over all imports: each costs the server some 20 ms of CPU, and calls that
 * are due need their share of it.
 */
const AT_ONCE = 8;

/** A number that is to be on the do-not-call list. */
export interface NumberToSuppress extends Omit<ContactRef, 'orgId'> {
  readonly reason: string | null;
}

/** Where numbers are kept. */
export interface SuppressedNumbers {
  suppress(contact: ContactRef, reason: string | null): Promise<Suppression>;
}

export type SuppressActivities = ReturnType<typeof createSuppressActivities>;

/** What imports ask for. */
export function createSuppressActivities(contacts: SuppressedNumbers) {
  const limit = pLimit(AT_ONCE);
  return {
    /** Puts numbers on an organization's do-not-call list. Tried again, it goes on with the first that may not be on it. */
    async suppressNumbers(orgId: string, numbers: readonly NumberToSuppress[]): Promise<void> {
      const context = Context.current();
      const { heartbeatDetails } = activityInfo() as { heartbeatDetails?: unknown };
      for (
        let done = typeof heartbeatDetails === 'number' ? heartbeatDetails : 0;
        done < numbers.length;
        done += AT_ONCE
      ) {
        context.heartbeat(done);
        context.cancellationSignal.throwIfAborted();
        await limit.map(numbers.slice(done, done + AT_ONCE), ({ hash, masked, reason }) =>
          contacts.suppress({ orgId, hash, masked }, reason),
        );
      }
    },
  };
}
