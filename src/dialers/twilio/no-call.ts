import type { AttemptEnd } from '../../contract/placement.ts';
import { toInstant } from '../../domain/instant.ts';

/** The end of an attempt that nobody can tell. @param startedAt epoch milliseconds */
export function uncertainEnd(startedAt: number, sid: string | null, errorMessage: string): AttemptEnd {
  return unplacedEnd(startedAt, { disposition: 'uncertain', providerCode: null, recordId: sid, errorMessage });
}

/** The end of an attempt of which there is no call. @param startedAt epoch milliseconds */
export function unplacedEnd(
  startedAt: number,
  how: Pick<AttemptEnd, 'disposition' | 'providerCode' | 'errorMessage'> & { readonly recordId?: string | null },
): AttemptEnd {
  return {
    startedTime: toInstant(startedAt),
    answeredTime: null,
    endedTime: toInstant(Math.max(startedAt, Date.now())),
    recordId: null,
    transcription: null,
    ...how,
  };
}
