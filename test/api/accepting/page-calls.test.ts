import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { acceptCall } from '../../../src/api/accepting/accept-calls.ts';
import type { ApiDeps } from '../../../src/api/context.ts';
import type { StartCallOptions } from '../../../src/contract/start-call.ts';
import { ADDITIONAL_DATA, CALL_STATUS, ENDPOINT_HASH } from '../../../src/contract/search-attributes.ts';
import { accept, agentNamed, configuration } from '../support.ts';

/** How the workflow of a call with these fields is started. */
async function startOf(fields: object, priorityLevels: 5 | 50 = 50, agentId = 'demo'): Promise<StartCallOptions> {
  const started: StartCallOptions[] = [];
  const start = (_type: string, options: StartCallOptions) => Promise.resolve(void started.push(options));
  const deps: ApiDeps = {
    client: { workflow: { start } } as unknown as Client,
    queues: undefined as never, // not asked
    log: pino({ level: 'silent' }),
    secret: 'a secret',
    priorityLevels,
    configuration: () => configuration,
    temporalProblems: () => Promise.resolve([]),
  };
  await acceptCall(deps, agentNamed(agentId), accept(fields, agentId));
  const [options] = started;
  if (options === undefined) throw new Error('Nothing was started');
  return options;
}

describe('the workflow of a call', () => {
  test('has an ID that names nothing, and facts in its memo that are those of the answer', async () => {
    const { workflowId, memo } = await startOf({ additionalData: { a: 1 } });
    expect(workflowId).toMatch(/^[0-9a-f-]{36}$/);
    expect(memo.call).toEqual({ ...accept({ additionalData: { a: 1 } }).facts, batchId: null });
  });

  test('tells nobody its number outside memo and input: neither its summary nor a search attribute has it', async () => {
    const { staticSummary, typedSearchAttributes } = await startOf({ endpoint: '+14155550001' });
    expect(staticSummary).toBe('demo → +1415•••0001');
    expect(JSON.stringify(typedSearchAttributes.getAll())).not.toContain('4155550001');
  });

  test('has the same hash for the same recipient, however the number is written', async () => {
    const hash = async (endpoint: string) =>
      (await startOf({ endpoint })).typedSearchAttributes.get(ENDPOINT_HASH) as unknown;
    expect(await hash('+1 415 555 0001')).toBe(await hash('(415) 555-0001'));
    expect(await hash('+14155550002')).not.toBe(await hash('+14155550001'));
    expect(await hash('+14155550001')).not.toBe(createHash('sha256').update('+14155550001').digest('base64url'));
  });

  test('has the priority key of its server’s number of levels', async () => {
    expect((await startOf({ priority: 1_000 }, 50)).priority.priorityKey).toBe(3);
    expect((await startOf({ priority: 1_000 }, 5)).priority.priorityKey).toBe(1);
    expect((await startOf({ priority: 100 }, 5)).priority.priorityKey).toBe(1);
  });

  test('starts as Queued when it is due, and as Pending when it sleeps first', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await startOf({})).typedSearchAttributes.get(CALL_STATUS)).toBe('Queued');
    expect((await startOf({ scheduledTime: tomorrow })).typedSearchAttributes.get(CALL_STATUS)).toBe('Pending');
  });
});

describe('a campaign', () => {
  const fairnessKey = async (campaignId: unknown) =>
    (await startOf({ additionalData: { campaignId } })).priority.fairnessKey;

  test('shares a trunk as one, by its ID; without one the agent does', async () => {
    expect(await fairnessKey('spring')).toBe('spring');
    expect(await fairnessKey(7)).toBe('7');
    expect(await fairnessKey('')).toBe('demo');
    expect(await fairnessKey({ a: 1 })).toBe('demo');
  });

  test.each(['ü'.repeat(33), 'x'.repeat(65), 'half of an emoji: \ud83d'])(
    'with an ID that Temporal does not take as a fairness key, %j, goes by its hash',
    async (campaignId) => {
      expect(await fairnessKey(campaignId)).toMatch(/^[\w-]{43}$/);
    },
  );

  test('can be searched for, by as much as visibility takes, and nothing else of additionalData can', async () => {
    const { typedSearchAttributes } = await startOf({ additionalData: { campaignId: 'x'.repeat(300), name: 'Ada' } });
    expect(typedSearchAttributes.get(ADDITIONAL_DATA)).toEqual([`campaignId=${'x'.repeat(244)}`]);
    const without = await startOf({ additionalData: { name: 'Ada' } });
    expect(without.typedSearchAttributes.get(ADDITIONAL_DATA)).toBeUndefined();
  });
});
