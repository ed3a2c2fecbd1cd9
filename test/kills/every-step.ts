import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../src/temporal/ports.ts';
import { type Api, eventually, hasEnded } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import type { OutdialProcess } from '../support/process.ts';

/** A provider that calls are placed on while workers die. */
export interface FaultedProvider {
  /** The `dialer` of a trunk, in YAML. */
  dialer(trunk: string): string;
  /** The credentials that `dialer` names. */
  readonly env: Record<string, string>;
  /** An endpoint that is answered, and is over a second or so later; another one for each call. */
  endpoint(call: number): string;
  /** How often it has dialed an attempt. @param deployment where a simulator keeps its records */
  dials(identity: string, deployment: Deployment): Promise<number> | number;
  /** Where it is to tell what becomes of calls, where that is not said with each of them. */
  tellTo?(publicUrl: string): void;
  close(): Promise<void>;
}

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'die-at.mjs')).href;

/** Steps of the same name that go on are polls: one that dies at any of them is like one that dies at the first. */
const MOST_OF_A_KIND = 2;

/** As many trunks as there may be steps: each worker that dies has one of its own, so that all can be taken over at once. */
const MOST_STEPS = 60;

const trunkName = (step: number): string => `t-${step}`;

/**
 * Proves that a call is dialed exactly once at whichever step of `placeCall` its worker is killed: one rehearsal lists the
 * steps, then a worker dies at each, and one that is started at last takes over all that they have left.
 */
export function dialsOnceAtEveryStep(name: string, openProvider: () => Promise<FaultedProvider>): void {
  let deployment: Deployment;
  let provider: FaultedProvider;
  let api: Api;
  let env: Record<string, string>;

  const configuration = (steps: readonly number[]): string => `
trunks:
${steps.map((step) => `  - { name: ${trunkName(step)}, lines: 1, callerId: "+14155550100", dialer: ${provider.dialer(trunkName(step))} }`).join('\n')}
agents:
${steps.map((step) => `  - { agentId: a-${step}, name: Agent ${step}, trunk: ${trunkName(step)}, prompt: "Hello {{name}}" }`).join('\n')}
`;
  const all = Array.from({ length: MOST_STEPS }, (_, step) => step);
  const logOf = (trunk: number): string => join(deployment.dataDir, `steps-${trunk}.log`);
  const read = (trunk: number): Promise<string> => Promise.resolve(readFileSync(logOf(trunk), 'utf8'));

  /** Has a worker of its own place a call on a trunk of its own. @param dieAt the step that it dies at; none lets it live */
  async function placeOn(trunk: number, dieAt = ''): Promise<{ callId: string; worker: OutdialProcess }> {
    deployment.configureApart(configuration([trunk]));
    writeFileSync(logOf(trunk), '');
    const worker = await deployment.startWorker({
      ...env,
      DIE_AT: dieAt,
      DIE_LOG: logOf(trunk),
      NODE_OPTIONS: `--import=${PRELOAD}`,
    });
    await worker.prints(/lines are open/);
    // It tells the trunk's workflow its settings: no step of a call.
    await eventually(
      () => read(trunk),
      (log) => log.includes('before: SignalWorkflowExecution: answered'),
    );
    worker.signal('SIGUSR2');
    await eventually(
      () => read(trunk),
      (log) => log.includes('\narmed\n'),
    );
    const { callId } = await api.call(`a-${trunk}`, {
      endpoint: provider.endpoint(trunk),
      additionalData: { name: 'Ada' },
    });
    return { callId, worker };
  }

  beforeAll(async () => {
    provider = await openProvider();
    const port = String(await freePort());
    env = { ...provider.env, OUTDIAL_PUBLIC_URL: `http://127.0.0.1:${port}` };
    deployment = await Deployment.start(configuration(all));
    provider.tellTo?.(env.OUTDIAL_PUBLIC_URL ?? '');
    ({ api } = await deployment.startApi({ ...env, OUTDIAL_PORT: port }));
  });

  afterAll(async () => {
    await deployment.stop();
    await provider.close();
  });

  describe(`a worker that is killed while it places a call with ${name}`, () => {
    test('at any step leaves it to the next, and the call is dialed exactly once and is Completed', async () => {
      const rehearsal = await placeOn(0);
      expect(await api.untilEnded(rehearsal.callId)).toMatchObject({ status: 'Completed' });
      await rehearsal.worker.end('SIGTERM');

      const [, list = ''] = (await read(0)).split('\narmed\n');
      const steps = list.split('\n').filter((step) => Number(/\((\d+)\)$/.exec(step)?.[1]) <= MOST_OF_A_KIND);
      expect(steps.length).toBeGreaterThan(5);
      expect(steps.length).toBeLessThan(MOST_STEPS);
      const died = new Map<string, string>();
      for (const [at, step] of steps.entries()) {
        const { callId, worker } = await placeOn(at + 1, step);
        await Promise.race([worker.exited(), api.untilEnded(callId)]);
        // What only the rehearsal has come to, a second poll say: then nobody died, and nothing is proven.
        if (worker.hasExited) died.set(step, callId);
        else await worker.end('SIGTERM');
      }
      expect(died.size).toBeGreaterThan(5);

      deployment.configureApart(configuration(all));
      await deployment.startWorker(env);
      const outcomes = await Promise.all(
        [...died].map(async ([step, callId]) => {
          const { status, attempts, reason } = await api.until(callId, hasEnded, 120_000);
          const dials = await provider.dials(`${callId}.1`, deployment);
          const second = await provider.dials(`${callId}.2`, deployment);
          return { step, status, attempts: attempts.length, reason, dials, second };
        }),
      );
      const expected = { status: 'Completed', attempts: 1, reason: null, dials: 1, second: 0 };
      expect(outcomes).toEqual(outcomes.map(({ step }) => ({ step, ...expected })));
    });
  });
}
