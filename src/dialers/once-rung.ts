import type { Disposition } from '../contract/call.ts';

/** As much of an attempt's end as this is about. */
interface Ending {
  readonly disposition: Disposition;
  readonly errorMessage: string | null;
}

const RUNG = 'The telephone rang, and then the carrier gave the call up';

/** What rings nobody is tried again for free, many times a day: a telephone that has rung must cost an attempt. */
export const notFreeOnceRung = <End extends Ending>(end: End, hasRung: boolean): End =>
  hasRung && end.disposition === 'carrier-rejected' ? { ...end, disposition: 'failed', errorMessage: RUNG } : end;
