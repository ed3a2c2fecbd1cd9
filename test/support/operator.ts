import { type LedgerAudit, auditLedger } from './ledger-audit.ts';
import { type Api, type CallAnswer, eventually, isRinging, isTalking } from './api.ts';
import type { Deployment } from './deployment.ts';
import { type TemporalCli, temporalCli } from './temporal-cli.ts';

/** Where a call can be when an operator lays hands on it. */
export type Stage = 'asleep' | 'queued' | 'ringing' | 'talking';

/** Half a minute of talking, after four seconds of ringing; divided by the trunk's speed. */
export const ANSWERS = '+15550100001';
/** Rings for 45 seconds, divided by the trunk's speed, and nobody answers. */
export const NEVER_ANSWERS = '+15550100003';
export const BUSY = '+15550100002';
/** In a year's time: asleep until then. */
export const NEXT_YEAR = new Date(Date.now() + 365 * 24 * 60 * 60 * 1_000).toISOString();

/** A call of each stage, and how to see that it is there. */
export const STAGES: Readonly<Record<Stage, { call: object; isThere: (call: CallAnswer) => boolean }>> = {
  asleep: { call: { endpoint: ANSWERS, scheduledTime: NEXT_YEAR }, isThere: ({ status }) => status === 'Pending' },
  queued: { call: { endpoint: ANSWERS }, isThere: ({ waitingFor }) => waitingFor?.for === 'trunk-paused' },
  ringing: { call: { endpoint: NEVER_ANSWERS }, isThere: isRinging },
  talking: { call: { endpoint: ANSWERS }, isThere: isTalking },
};

/** A person at Temporal's command line, who sees what the API says and what the carrier has written. */
export class Operator {
  readonly temporal: TemporalCli;
  readonly #deployment: Deployment;
  readonly #api: Api;

  constructor(deployment: Deployment, api: Api) {
    this.temporal = temporalCli(deployment.server.address);
    this.#deployment = deployment;
    this.#api = api;
  }

  async cancel(workflowId: string): Promise<void> {
    await this.temporal('workflow', 'cancel', '-w', workflowId);
  }

  async terminate(workflowId: string): Promise<void> {
    await this.temporal('workflow', 'terminate', '-w', workflowId, '--reason', 'by an operator');
  }

  async reset(workflowId: string, to: 'FirstWorkflowTask' | 'LastWorkflowTask'): Promise<void> {
    await this.temporal('workflow', 'reset', '-w', workflowId, '--type', to, '--reason', 'by an operator');
  }

  /** @param input what stands after `--input`; left out, the signal has none */
  async signal(workflowId: string, name: string, input?: string, ...flags: string[]): Promise<void> {
    const given = input === undefined ? [] : ['--input', input];
    await this.temporal('workflow', 'signal', '-w', workflowId, '--name', name, ...given, ...flags);
  }

  /** Pauses a trunk through the API. */
  async pause(trunk: string): Promise<void> {
    await this.#api.request('POST', `/trunks/${trunk}/pause`);
    await eventually(
      () => this.#api.read<{ name: string; paused: boolean }[]>('/trunks'),
      ({ body }) => body.some(({ name, paused }) => name === trunk && paused),
    );
  }

  /** How Temporal says that a workflow stands: `RUNNING`, `COMPLETED`, `CANCELLED` … */
  async statusOf(workflowId: string): Promise<string> {
    return (await this.#deployment.client.workflow.getHandle(workflowId).describe()).status.name;
  }

  /** Resolves with how it stands in Temporal once it no longer runs. */
  async untilClosed(workflowId: string): Promise<string> {
    return await eventually(
      () => this.statusOf(workflowId),
      (status) => status !== 'RUNNING',
    );
  }

  /** The call once its workflow, which may not have started yet, has closed. */
  async untilEnded(callId: string): Promise<CallAnswer> {
    await this.#api.untilEnded(callId);
    await this.untilClosed(callId);
    return await this.#api.get(callId);
  }

  /** Starts a call that stays at a stage: the queued ones wait on the paused trunk of `agents.queued`. */
  async callAt(stage: Stage, agents: { queued: string; others: string }): Promise<string> {
    const { call, isThere } = STAGES[stage];
    const { callId } = await this.#api.call(stage === 'queued' ? agents.queued : agents.others, call);
    await this.#api.until(callId, isThere);
    // A call is Running from the moment on from which it may be dialed; what rings, only the carrier knows.
    const hasRung = (): boolean => this.carrier(callId, agents.others).dials > 0;
    if (stage === 'ringing') await eventually(() => Promise.resolve(hasRung()), Boolean);
    return callId;
  }

  /** What the carrier has written of one call. */
  carrier(callId: string, trunk = 'demo'): LedgerAudit & { readonly hangUps: number; readonly finds: number } {
    const lines = this.#deployment.readLedger(trunk).filter(({ identity }) => identity.startsWith(`${callId}.`));
    const count = (event: string): number => lines.filter((line) => line.event === event).length;
    return { ...auditLedger(lines), hangUps: count('hang-up'), finds: count('find') };
  }

  /** When the carrier has written the call's end. */
  async untilOver(callId: string, trunk = 'demo', timeoutMs = 30_000): Promise<void> {
    await eventually(
      () => Promise.resolve(this.carrier(callId, trunk)),
      ({ dials, withoutEnd }) => dials > 0 && withoutEnd.length === 0,
      timeoutMs,
    );
  }
}
