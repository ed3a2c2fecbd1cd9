import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { CallWorkflow } from '../../src/activities/call-workflow.ts';
import type { Disposition, Instant } from '../../src/contract/call.ts';
import type { AttemptEnd, Outcome, PlaceCallInput } from '../../src/contract/placement.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { workerLost } from './script.ts';

/** One `placeCall` or `takeOver` at work, as a worker with a carrier does it; the carrier is whatever the test says. */
export class Attempt {
  readonly input: PlaceCallInput;
  /** Aborts when the workflow, or its end, cancels the activity. */
  readonly cancellation = Context.current().cancellationSignal;
  readonly workflow: CallWorkflow;
  #startedTime: Instant | null = null;
  #answeredTime: Instant | null = null;

  /** Whether its agent has a webhook for results. */
  readonly tellsResult: boolean;

  /** Whether it no longer tells that it is there. */
  isSilent = false;

  constructor(client: Client, input: PlaceCallInput, tellsResult: boolean) {
    this.input = input;
    this.tellsResult = tellsResult;
    this.workflow = new CallWorkflow(client);
  }

  /** Tells the workflow that it is about to dial. */
  async dialing(): Promise<void> {
    this.#startedTime = toInstant(Date.now());
    await this.workflow.dialing(this.input, this.#startedTime);
  }

  /** Tells the workflow that somebody has answered. */
  async answered(): Promise<void> {
    this.#answeredTime = toInstant(Date.now());
    await this.workflow.answered(this.input, this.#answeredTime);
  }

  /** The outcome of an attempt that was dialed. */
  ended(
    disposition: Disposition,
    more: Partial<AttemptEnd> = {},
    stoppedBy: 'deadline' | 'canceled' | null = null,
  ): Outcome {
    const endedTime = toInstant(Date.now());
    const end: AttemptEnd = {
      startedTime: this.#startedTime ?? endedTime,
      answeredTime: this.#answeredTime,
      endedTime,
      disposition,
      providerCode: null,
      recordId: null,
      transcription: null,
      errorMessage: null,
      ...more,
    };
    return { kind: 'ended', end, stoppedBy, tellsResult: this.tellsResult };
  }
}

/** What `placeCall` or `takeOver` does with one attempt. */
export type Turn = (attempt: Attempt) => Promise<Outcome>;

/** One thing after the other, once each. */
export function inTurn(...turns: Turn[]): Turn {
  return async (attempt) => {
    const turn = turns.shift();
    if (turn === undefined) throw new Error('called more often than the test expects');
    return await turn(attempt);
  };
}

/** A call that is answered, and ends soon after. */
export const answers: Turn = async (attempt) => {
  await attempt.dialing();
  await attempt.answered();
  return attempt.ended('answered');
};

/** A call that is answered, and whose worker can tell nobody that it was dialed. */
export const startsUntold: Turn = async (attempt) => ({ ...(await answers(attempt)), startUntold: true }) as Outcome;

/** A call that reaches a machine, which talks. */
export const reachesVoicemail: Turn = async (attempt) => {
  await attempt.dialing();
  await attempt.answered();
  return attempt.ended('voicemail');
};

/** A call that rings, or does not, and ends without an answer. */
export const endsAs =
  (disposition: Disposition): Turn =>
  async (attempt) => {
    await attempt.dialing();
    return attempt.ended(disposition);
  };

/** The worker goes away before it dials. */
export const lostBeforeDialing: Turn = () => Promise.reject(workerLost());

/** The worker goes away after it has told the workflow that it dials. */
export const lostAfterDialing: Turn = async (attempt) => {
  await attempt.dialing();
  throw workerLost();
};

/** The worker goes away while somebody talks. */
export const lostWhileTalking: Turn = async (attempt) => {
  await attempt.dialing();
  await attempt.answered();
  throw workerLost();
};

/** Is handed out, and waits for a line until it is cancelled. */
export const waitsForALine: Turn = async ({ cancellation }) => {
  await untilAborted(cancellation);
  throw cancellation.reason;
};

export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
