import type { TwilioCall, TwilioClient } from './client.ts';
import { TwilioError } from './failure.ts';

/**
 * Ends a call, however far it is: `canceled` leaves one alone that somebody has answered, and then shows as what it is
 * (https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource). One that is over stays so.
 */
export async function hangUpCall(client: TwilioClient, sid: string): Promise<void> {
  const call = (await unlessOver(client.end(sid, 'canceled'))) ?? (await client.fetch(sid));
  if (call.status === 'in-progress') await unlessOver(client.end(sid, 'completed'));
}

/** Null where the call is not in a state to be changed (21220: Invalid call state), or gone. */
async function unlessOver(request: Promise<TwilioCall>): Promise<TwilioCall | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof TwilioError && error.failure.kind === 'answered' && error.failure.code === 21220) return null;
    throw error;
  }
}
