import {
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  proxyActivities,
} from '@temporalio/workflow';
import type { CallActivities } from '../activities/call-activities.ts';
import type { ReplanRequest, TrunkMemory, TrunkRef, TrunkSettings } from '../contract/trunk.ts';
import { changedAgents } from '../domain/agent-rules.ts';

const { replanCalls } = proxyActivities<CallActivities>({
  // As with the calls that a pause has held back: of 50,000 it is the better part of an hour on a small machine.
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '30s',
  // A worker that has not read the new configuration yet leaves it to the next one, or to itself a moment later.
  retry: { initialInterval: '1s', backoffCoefficient: 1.5, maximumInterval: '10s' },
  summary: 'plans waiting calls anew whose calling hours have changed',
});

/** Follows what a trunk's host says of its agents, and has their waiting calls planned anew where that has changed. */
export class Replanning {
  #settings: TrunkSettings | undefined;
  /** Agents whose calls are still to be planned anew. */
  readonly #hours: Set<string>;
  readonly #enabled: Set<string>;
  /** Whether there is more to do than is under way. */
  #isDue: boolean;

  constructor({ settings, replanning }: TrunkMemory) {
    this.#settings = settings;
    this.#hours = new Set(replanning.hours);
    this.#enabled = new Set(replanning.enabled);
    this.#isDue = this.#isOpen;
  }

  /** The configured rate, as the host has it; undefined where none has told. */
  get callsPerSecond(): number | null | undefined {
    return this.#settings?.callsPerSecond;
  }

  /** For the run of the workflow that follows. */
  get memory(): TrunkMemory {
    const replanning = { hours: [...this.#hours], enabled: [...this.#enabled] };
    return { ...(this.#settings === undefined ? {} : { settings: this.#settings }), replanning };
  }

  /** Hears what the host goes by. What it says first is where changes are counted from. */
  heed(settings: TrunkSettings): void {
    const asked = JSON.stringify(this.#asked);
    const changed = this.#settings === undefined ? null : changedAgents(this.#settings, settings);
    this.#settings = settings;
    for (const agentId of changed?.hours ?? []) this.#hours.add(agentId);
    for (const agentId of changed?.enabled ?? []) this.#enabled.add(agentId);
    // What is under way may go by what no worker knows of any more.
    if (JSON.stringify(this.#asked) !== asked) this.#isDue = true;
  }

  /** Has calls planned anew for as long as the workflow runs. What changes meanwhile begins it again, for all agents. */
  async run(trunk: TrunkRef): Promise<never> {
    for (;;) {
      await condition(() => this.#isDue);
      this.#isDue = false;
      const scope = new CancellationScope();
      const done = scope.run(() => replan({ ...trunk, ...this.#asked }));
      await Promise.race([done, condition(() => this.#isDue)]);
      scope.cancel();
      if ((await done) && !this.#isDue) this.#clear();
    }
  }

  /** What is to be done now. */
  get #asked(): Omit<ReplanRequest, keyof TrunkRef> {
    const { hours = {}, disabled = [] } = this.#settings ?? {};
    // One that has gone since has no hours to plan by.
    const known = (agents: ReadonlySet<string>): string[] => [...agents].filter((one) => Object.hasOwn(hours, one));
    const changed = { hours: known(this.#hours), enabled: known(this.#enabled) };
    const concerned = new Set([...changed.hours, ...changed.enabled]);
    return {
      ...changed,
      rules: {
        hours: Object.fromEntries(Object.entries(hours).filter(([agentId]) => concerned.has(agentId))),
        disabled: disabled.filter((agentId) => concerned.has(agentId)),
      },
    };
  }

  get #isOpen(): boolean {
    return this.#hours.size > 0 || this.#enabled.size > 0;
  }

  #clear(): void {
    this.#hours.clear();
    this.#enabled.clear();
  }
}

/** Whether it is done with; not where it was cancelled. */
async function replan(request: ReplanRequest): Promise<boolean> {
  if (request.hours.length === 0 && request.enabled.length === 0) return true;
  try {
    await replanCalls(request);
    return true;
  } catch (error) {
    if (isCancellation(error)) return false;
    if (!(error instanceof ActivityFailure)) throw error;
    log.warn('An operator has ended the planning of calls: those that wait keep the plans that they have');
    return true;
  }
}

/** What a signal says of the settings, if it says anything that can be read. */
export function readSettings(fields: Readonly<Record<string, unknown>>): TrunkSettings | null {
  const { hours, disabled, callsPerSecond } = fields;
  if (!isRecord(hours) || !Array.isArray(disabled)) return null;
  const isRate = callsPerSecond === null || typeof callsPerSecond === 'number';
  const isReadable = isRate && [...Object.values(hours), ...(disabled as unknown[])].every(isText);
  return isReadable ? { hours: hours as TrunkSettings['hours'], disabled: disabled as string[], callsPerSecond } : null;
}

const isText = (value: unknown): boolean => typeof value === 'string';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
