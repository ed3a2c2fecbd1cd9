import { z } from 'zod';
import type { Configuration } from '../config/configuration.ts';
import type { PriorityLevels } from '../config/environment.ts';
import { hashEndpoint } from '../config/secret.ts';
import type { CallEdit, CallFacts, CallInput, EditAnswer, EditedCall, Plan } from '../contract/call.ts';
import { countryMistake } from '../domain/allowed.ts';
import { deadlineMistake, readDeadline, readScheduledTime, type ReadTime } from '../domain/call-times.ts';
import { toInstant } from '../domain/instant.ts';
import { normalizeEndpoint } from '../domain/phone-number.ts';
import { planCall } from '../domain/plan.ts';
import { priorityKey } from '../domain/priority.ts';

/** A call as it is, and what is to be changed. */
export interface EditRequest {
  readonly facts: CallFacts;
  readonly input: CallInput;
  /** What it waits for now. */
  readonly plan: Plan;
  /** As somebody has sent it, through the API or by hand: anything. */
  readonly edit: CallEdit;
}

export interface EditDeps {
  readonly configuration: () => Configuration;
  /** Under which endpoints are hashed. */
  readonly secret: string;
  readonly priorityLevels: PriorityLevels;
}

/** Operators send edits by hand: those of the API have been read already. */
const editFields = z.strictObject({
  priority: z.int32().nullish(),
  callDeadline: z.string().nullish(),
  scheduledTime: z.string().nullish(),
  endpoint: z.string().min(1).nullish(),
});

/** Works an edit out by the rules by which calls are accepted. @param now milliseconds since the epoch */
export function resolveEdit(deps: EditDeps, request: EditRequest, now: number): EditAnswer {
  const parsed = editFields.safeParse(request.edit);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return { kind: 'invalid', mistakes };
  }
  return new Edit(deps, request, parsed.data, now).resolve();
}

class Edit {
  readonly #deps: EditDeps;
  readonly #request: EditRequest;
  readonly #edit: CallEdit;
  readonly #now: number;
  readonly #mistakes: { path: keyof CallEdit; message: string }[] = [];

  constructor(deps: EditDeps, request: EditRequest, edit: CallEdit, now: number) {
    this.#deps = deps;
    this.#request = request;
    this.#edit = edit;
    this.#now = now;
  }

  resolve(): EditAnswer {
    const { facts, input } = this.#request;
    const endpoint = this.#edit.endpoint ?? facts.endpoint;
    const normalized = this.#normalized();
    const priority = this.#edit.priority ?? facts.priority;
    const scheduledTime = this.#instant('scheduledTime', (text) => readScheduledTime(text, facts.timezone));
    const callDeadline = this.#instant('callDeadline', readDeadline) ?? facts.callDeadline;
    this.#checkDeadline(callDeadline, scheduledTime);
    if (this.#mistakes.length > 0) return { kind: 'invalid', mistakes: this.#mistakes };

    const edited = { ...facts, endpoint, priority, scheduledTime, callDeadline };
    const call: EditedCall = {
      facts: edited,
      input: {
        ...input,
        endpoint: normalized,
        priorityKey: priorityKey(priority, this.#deps.priorityLevels),
        plan: this.#plan(edited),
      },
      endpointHash: hashEndpoint(this.#deps.secret, normalized),
      changed: (['priority', 'callDeadline', 'scheduledTime', 'endpoint'] as const).filter(
        (field) => edited[field] !== facts[field],
      ),
    };
    return { kind: 'edited', call };
  }

  #normalized(): string {
    const { facts, input } = this.#request;
    if (this.#edit.endpoint == null) return input.endpoint;
    const configuration = this.#deps.configuration();
    const trunk = configuration.trunk(facts.orgId, facts.trunk);
    const checked = normalizeEndpoint(this.#edit.endpoint, {
      endpoints: trunk?.endpoints ?? 'e164',
      defaultCountry: configuration.agent(facts.orgId, facts.agentId)?.defaultCountry ?? null,
    });
    const mistake = checked.ok ? trunk && countryMistake(checked.normalized, trunk) : checked.message;
    if (mistake !== null) this.#mistakes.push({ path: 'endpoint', message: mistake });
    return checked.ok ? checked.normalized : input.endpoint;
  }

  /** What the field says; what the call has where it says nothing. */
  #instant(field: 'scheduledTime' | 'callDeadline', read: (text: string) => ReadTime): string | null {
    const text = this.#edit[field];
    if (text == null) return this.#request.facts[field];
    const time = read(text);
    if (time.ok) return toInstant(time.at);
    this.#mistakes.push({ path: field, message: time.message });
    return null;
  }

  #checkDeadline(callDeadline: string, scheduledTime: string | null): void {
    const { callDeadline: newDeadline, scheduledTime: newStart } = this.#edit;
    if (this.#mistakes.length > 0 || (newDeadline == null && newStart == null)) return;
    const start = Math.max(this.#now, scheduledTime === null ? this.#now : Date.parse(scheduledTime));
    const mistake = deadlineMistake(Date.parse(callDeadline), start, this.#now);
    if (mistake === null) return;
    if (newDeadline != null) this.#mistakes.push({ path: 'callDeadline', message: mistake });
    else this.#mistakes.push({ path: 'scheduledTime', message: 'is not before the deadline of the call' });
  }

  /** The plan stays what it is where its times do: it may be another attempt, or what holds the call back. */
  #plan({ orgId, agentId, timezone, scheduledTime, callDeadline }: CallFacts): Plan {
    const { plan, facts } = this.#request;
    const neverOpens = plan.at === facts.callDeadline;
    if (scheduledTime === facts.scheduledTime && !(neverOpens && callDeadline !== facts.callDeadline)) return plan;
    const schedule = this.#deps.configuration().agent(orgId, agentId)?.schedule ?? null;
    const scheduled = scheduledTime === null ? this.#now : Date.parse(scheduledTime);
    const isRetry = plan.waitingFor === 'retry-delay';
    const notBefore = isRetry ? Math.max(scheduled, Date.parse(plan.at)) : scheduled;
    return planCall(schedule, timezone, { now: this.#now, notBefore, callDeadline });
  }
}
