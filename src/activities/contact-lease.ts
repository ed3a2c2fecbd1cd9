import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentConfig } from '../config/schema.ts';
import type { ContactRules } from '../contract/contact.ts';
import type { Outcome, PlaceCallInput } from '../contract/placement.ts';
import { toInstant } from '../domain/instant.ts';
import { planCall } from '../domain/plan.ts';
import { notNow } from './not-now.ts';
import type { TrunkHost } from './trunk-host.ts';

/** Beyond ringing and talking: from the question to the dial, and for a carrier that is slow to end a call, in milliseconds. */
const SLACK_MS = 60_000;

/** The least that a call is held back for, in milliseconds, whatever the clocks of this machine and of the server say. */
const LEAST_WAIT_MS = 1_000;

/** How long to wait before what could not be told is told again, in milliseconds: then the lease is left to its end. */
const RETRIES_MS = [200, 500] as const;

/** What a lease asks. */
export type LeaseHost = Pick<TrunkHost, 'agent' | 'contacts' | 'log'>;

/**
 * An attempt's right to its number, where the agent has contact rules: nobody else is granted it until the attempt is over.
 * Where the agent has none, only the do-not-call list counts.
 */
export class ContactLease {
  readonly #host: LeaseHost;
  readonly #input: PlaceCallInput;
  readonly #identity: string;
  #isGranted = false;

  constructor(host: LeaseHost, input: PlaceCallInput, identity: string) {
    this.#host = host;
    this.#input = input;
    this.#identity = identity;
  }

  /**
   * Asks for the number. Asked again, it renews.
   *
   * @param now milliseconds since the epoch
   * @returns null when it may be dialed; else an outcome that costs no attempt
   * @throws ServiceError when Temporal cannot be asked
   */
  async ask(now: number): Promise<Outcome | null> {
    const agent = this.#host.agent(this.#input.agentId);
    if (agent === undefined) throw new Error('The gate lets no call of an unknown agent through');
    return agent.contactRules === null
      ? await this.#askWithoutRules()
      : await this.#askByRules(agent, agent.contactRules, now);
  }

  async #askWithoutRules(): Promise<Outcome | null> {
    const suppression = await this.#host.contacts.suppression(this.#input.endpoint);
    return suppression === null ? null : suppressed(suppression.reason);
  }

  async #askByRules(agent: AgentConfig, rules: ContactRules, now: number): Promise<Outcome | null> {
    const leaseMs = agent.ringTimeoutMs + agent.maxDurationMs + SLACK_MS;
    const request = { identity: this.#identity, rules, leaseMs };
    const answer = await this.#host.contacts.request(this.#input.endpoint, request);
    this.#isGranted = answer.kind === 'granted';
    switch (answer.kind) {
      case 'granted':
        return null;
      case 'suppressed':
        return suppressed(answer.reason);
      case 'busy': {
        const at = toInstant(Math.max(Date.parse(answer.until), now + LEAST_WAIT_MS));
        const plan = { at, waitingFor: 'contact-busy', summary: 'another call has its number' } as const;
        return notNow(plan, now);
      }
      case 'limit': {
        const { timezone, callDeadline } = this.#input;
        const notBefore = Math.max(Date.parse(answer.until), now + LEAST_WAIT_MS);
        const wanted = { now, notBefore, because: 'contact-limit', callDeadline } as const;
        return notNow(planCall(agent.schedule, timezone, wanted), now);
      }
    }
  }

  /** Runs an attempt and releases the number that it was granted, unless it is left to another worker, which takes it on. */
  async during(attempt: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = await attempt();
    if (this.#isGranted) await this.#release(outcome);
    return outcome;
  }

  /** Releases the number for whichever worker was granted it, now that the attempt is known to be over, or never dialed. */
  async takenOver(outcome: Outcome): Promise<Outcome> {
    const rules = this.#host.agent(this.#input.agentId)?.contactRules ?? null;
    if (rules !== null) await this.#release(outcome);
    return outcome;
  }

  /** Where it cannot be told, the lease comes to its end by itself. */
  async #release({ kind }: Outcome): Promise<void> {
    const release = { identity: this.#identity, dialed: kind === 'ended' };
    for (const pause of [...RETRIES_MS, null]) {
      try {
        return await this.#host.contacts.release(this.#input.endpoint, release);
      } catch (error) {
        this.#host.log.warn({ err: error, identity: this.#identity }, 'cannot release the number of an attempt yet');
        if (pause !== null) await sleep(pause);
      }
    }
  }
}

const suppressed = (reason: string | null): Outcome => ({
  kind: 'not-dialed',
  because: 'suppressed',
  ...(reason === null ? {} : { message: reason }),
});
