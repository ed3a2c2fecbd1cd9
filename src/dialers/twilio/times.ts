/** How long things take, or are waited for, in milliseconds. */
export interface TwilioTimes {
  /** Between two looks at a call that nobody has answered yet. */
  readonly ringingMs: number;
  /** Between two looks at one that is talking: its end is told by a callback, where those arrive. */
  readonly talkingMs: number;
  /** How long a callback may come after the call's end shows: it says why the call failed, which the call itself does not. */
  readonly lastWordMs: number;
  /**
   * How long after an attempt began Twilio's list may be without its call: a request may take 10 s, and what it made is
   * listed some seconds later.
   */
  readonly listedMs: number;
  /** How far apart the first and the last look at the list are: the attempt may have begun long before it was dialed. */
  readonly apartMs: number;
  /** Between two looks at the list. */
  readonly lookMs: number;
  /** How much the clock of the process that dialed may have differed from this one's, and what Twilio's full seconds hide. */
  readonly slackMs: number;
  /** How much longer than it may a call is waited for while Twilio cannot be asked. */
  readonly overdueMs: number;
}

export const TIMES: TwilioTimes = {
  ringingMs: 1_000,
  talkingMs: 5_000,
  lastWordMs: 2_000,
  listedMs: 15_000,
  apartMs: 5_000,
  lookMs: 1_000,
  slackMs: 60_000,
  overdueMs: 600_000,
};
