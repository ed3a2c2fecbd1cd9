import { Context } from '@temporalio/activity';
import { attemptIdentity } from '../contract/ids.ts';
import type { Outcome, PlaceCallInput } from '../contract/placement.ts';
import { type DialRequest, ProviderUnavailable } from '../dialers/dialer.ts';
import { toInstant } from '../domain/instant.ts';
import { mergeVariables, renderPrompt } from '../domain/prompt.ts';
import { callerIdOf, viaOf } from './attempt-ref.ts';
import { CallWorkflow } from './call-workflow.ts';
import { ContactLease } from './contact-lease.ts';
import { FollowedCall } from './follow-call.ts';
import { gate } from './gate.ts';
import { gateByPredial } from './gate-by-predial.ts';
import { handedOver } from './handed-over.ts';
import { notNow } from './not-now.ts';
import { StartWebhook } from './start-webhook.ts';
import { takeOver } from './take-over.ts';
import type { TrunkHost } from './trunk-host.ts';

/**
 * How long after the server last counted on this activity it may dial, in milliseconds: well under the heartbeat timeout,
 * since only after that can another worker have been given the attempt.
 */
const SURE_MS = 5_000;

/** For so long what the gate has said holds, in milliseconds: a stop has to reach every call within a second. */
const GATED_MS = 500;

/** An activity handed out to a frozen process begins to run within this time of the thaw, in milliseconds. */
const THAW_MS = 1_000;

/** One attempt, from the queue to its end: the line, the gate, the dial. */
export class Placing {
  readonly start: StartWebhook;
  readonly #host: TrunkHost;
  readonly #input: PlaceCallInput;
  readonly #workflow: CallWorkflow;
  readonly #identity: string;
  readonly #contact: ContactLease;
  readonly #canceled = Context.current().cancellationSignal;
  /** When the gate was last asked; at first, when the queue let the call out, which is not paused then. */
  #gated = performance.now();
  /** Why it is not to be dialed now, as far as was seen in its turn. */
  #heldBack: Outcome | null = null;
  /** When the server last was known to count on this activity. */
  #sureSince = performance.now() - THAW_MS;
  #isPlaced = false;

  constructor(host: TrunkHost, input: PlaceCallInput) {
    this.#host = host;
    this.#input = input;
    this.#workflow = new CallWorkflow(host.client);
    this.#identity = attemptIdentity(this.#workflow.callId, input.attempt);
    this.start = new StartWebhook(host, input);
    this.#contact = new ContactLease(host, input, this.#identity);
  }

  async run(): Promise<Outcome> {
    const { lines } = this.#host;
    // It may have been dialed already: it is live here, or its workflow was reset.
    if (lines.has(this.#identity) || this.#workflow.wasReset(this.#input)) {
      const outcome = await takeOver(this.#host, this.#input, this.start);
      if (outcome.kind !== 'never-placed') return outcome;
    }
    return await this.#contact.during(() => this.#runOnLine());
  }

  async #runOnLine(): Promise<Outcome> {
    const release = await this.#host.lines.take(this.#identity, this.#input.priority, this.#canceled);
    try {
      await this.#host.outage.untilWorthATry(this.#canceled);
      return (await this.#gate()) ?? (await this.#predial()) ?? (await this.#dial());
    } finally {
      release();
    }
  }

  async #gate(): Promise<Outcome | null> {
    const hasWaited = this.#hasWaited;
    this.#gated = performance.now();
    return (await gate(this.#host, this.#input, Date.now(), hasWaited)) ?? (await this.#contact.ask(Date.now()));
  }

  async #predial(): Promise<Outcome | null> {
    return await gateByPredial(this.#host, this.#workflow.callId, this.#input, Date.now());
  }

  get #hasWaited(): boolean {
    return performance.now() - this.#gated > GATED_MS;
  }

  async #dial(): Promise<Outcome> {
    const { tenure, pace } = this.#host;
    await tenure.confirm();
    await this.#workflow.dialing(this.#input, toInstant(Date.now()), viaOf(this.#host, this.#input));
    while (!this.#isPlaced) {
      const turn = { mayDial: () => this.#mayDial(), dial: () => this.#place() };
      await pace.turn(turn, this.#canceled);
      if (this.#heldBack !== null) return this.#heldBack;
      if (this.#isPlaced) break;
      if (this.#canceled.aborted) return this.#notDialed();
    }
    return await new FollowedCall(this.#host, this.#workflow, this.#input, this.#identity).toItsEnd();
  }

  /** Asked in its turn, since much may have changed while it waited for that. */
  async #mayDial(): Promise<boolean> {
    await this.#makeSure();
    this.#heldBack = this.#hasWaited ? await this.#gate() : null;
    return this.#heldBack === null;
  }

  /** Asks the dialer, unless something has changed in this very moment. Nothing is awaited before that. */
  async #place(): Promise<void> {
    if (this.#canceled.aborted || this.#isLate || this.#isDoubtful) return;
    this.#isPlaced = true;
    try {
      await this.#host.dialer.place(this.#request(), () => this.#makeSure());
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      this.#heldBack = this.#providerIsDown(error);
      return;
    }
    this.start.begin();
  }

  /** Nobody was rung: it costs no attempt. */
  #providerIsDown(error: ProviderUnavailable): Outcome {
    this.#host.log.warn({ err: error, identity: this.#identity }, 'the provider cannot be asked to dial: waits for it');
    const now = Date.now();
    const summary = 'its trunk’s provider cannot be reached';
    return notNow({ at: toInstant(now + this.#host.outage.failed()), waitingFor: 'provider', summary }, now);
  }

  get #isLate(): boolean {
    return Date.parse(this.#input.callDeadline) <= Date.now();
  }

  get #isDoubtful(): boolean {
    return this.#host.freezes.lastFreeze > this.#sureSince || performance.now() - this.#sureSince > SURE_MS;
  }

  /** @throws ApplicationFailure `HandedOver`, or whatever leaves it open whether another worker has the attempt */
  async #makeSure(): Promise<void> {
    while (this.#isDoubtful) {
      const asked = performance.now();
      await this.#host.tenure.confirm();
      if (!(await this.#workflow.isOurs())) throw handedOver('Another worker has this attempt');
      this.#sureSince = asked;
    }
  }

  #notDialed(): Outcome {
    if (Context.current().cancellationDetails?.cancelRequested) return { kind: 'not-dialed', because: 'canceled' };
    throw handedOver('This worker stopped before it dialed');
  }

  #request(): DialRequest {
    const { endpoint, overrideOutboundConfig, agentId, additionalData } = this.#input;
    const agent = this.#host.agent(agentId);
    if (agent === undefined) throw new Error('The gate lets no call of an unknown agent through');
    const variables = mergeVariables(agent.additionalData, additionalData);
    return {
      identity: this.#identity,
      endpoint,
      callerId: callerIdOf(this.#host, this.#input),
      agentId,
      voiceAgent: agent.voiceAgent,
      displayName: overrideOutboundConfig?.displayName ?? null,
      prompt: renderPrompt(agent.prompt, variables),
      variables,
      ringTimeoutMs: agent.ringTimeoutMs,
      maxDurationMs: agent.maxDurationMs,
    };
  }
}
