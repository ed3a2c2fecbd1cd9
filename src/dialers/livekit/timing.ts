/** How long what takes, in milliseconds. */
export interface Timing {
  /** An agent has so long to join: a person who answers to silence is worse than one who is not called. */
  readonly agentMs: number;
  /** How often it is looked whether the agent has joined: nobody is rung before it is seen. */
  readonly agentLookMs: number;
  /** How often the room is looked at while it rings; without webhooks an unheard end holds a line for so long. */
  readonly lookMs: number;
  readonly talkLookMs: number;
  /** The most between two looks while LiveKit cannot be reached. */
  readonly longestPauseMs: number;
  /** For how long a dial may be on its way to the room: several times what a busy SIP bridge takes. */
  readonly graceMs: number;
  /** Once the person is gone, for how long the reason is awaited. */
  readonly newsMs: number;
  /** For how long a person may be alone on the line: an agent may be handing over to another. */
  readonly aloneMs: number;
  /** For how long it rings on without an agent: one that lost its connection may be back at once. */
  readonly aloneRingingMs: number;
  /**
   * How much longer than it may a call is waited for while LiveKit cannot be asked: it may have rung for 80 s before it was
   * answered, and clocks differ.
   */
  readonly overdueMs: number;
}

export const TIMING: Timing = {
  agentMs: 10_000,
  agentLookMs: 150,
  lookMs: 1_000,
  talkLookMs: 2_000,
  longestPauseMs: 5_000,
  graceMs: 6_000,
  newsMs: 2_000,
  aloneMs: 5_000,
  aloneRingingMs: 2_000,
  overdueMs: 600_000,
};
