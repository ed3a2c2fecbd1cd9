import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { toPageCall } from '../../../src/api/accepting/page-calls.ts';
import { type StartCallOptions, startCallOptions } from '../../../src/contract/start-call.ts';
import { ADDITIONAL_DATA, CALL_STATUS, ENDPOINT_HASH } from '../../../src/contract/search-attributes.ts';
import { accept, agentNamed, configuration, NOW } from '../support.ts';

/** How the workflow of a call with these fields is started. */
function startOf(fields: object, priorityLevels: 5 | 50 = 50, agentId = 'demo'): StartCallOptions {
  const deps = { secret: 'a secret', priorityLevels, configuration: () => configuration };
  return startCallOptions(toPageCall(deps, agentNamed(agentId), accept(fields, agentId), null, 'its-id'), NOW);
}

describe('the workflow of a call', () => {
  test('has the ID of its call, and facts in its memo that are those of the answer', () => {
    const { workflowId, memo } = startOf({ additionalData: { a: 1 } });
    expect(workflowId).toBe('its-id');
    expect(memo.call).toEqual({ ...accept({ additionalData: { a: 1 } }).facts, batchId: null });
  });

  test('tells nobody its number outside memo and input: neither its summary nor a search attribute has it', () => {
    const { staticSummary, typedSearchAttributes } = startOf({ endpoint: '+14155550001' });
    expect(staticSummary).toBe('demo → +1415•••0001');
    expect(JSON.stringify(typedSearchAttributes.getAll())).not.toContain('4155550001');
  });

  test('has the same hash for the same recipient, however the number is written', () => {
    const hash = (endpoint: string) => startOf({ endpoint }).typedSearchAttributes.get(ENDPOINT_HASH) as unknown;
    expect(hash('+1 415 555 0001')).toBe(hash('(415) 555-0001'));
    expect(hash('+14155550002')).not.toBe(hash('+14155550001'));
    expect(hash('+14155550001')).not.toBe(createHash('sha256').update('+14155550001').digest('base64url'));
  });

  test('has the priority key of its server’s number of levels', () => {
    expect(startOf({ priority: 1_000 }, 50).priority.priorityKey).toBe(3);
    expect(startOf({ priority: 1_000 }, 5).priority.priorityKey).toBe(1);
    expect(startOf({ priority: 100 }, 5).priority.priorityKey).toBe(1);
  });

  test('starts as Queued when it is due, and as Pending when it sleeps first', () => {
    const tomorrow = new Date(NOW + 86_400_000).toISOString();
    expect(startOf({}).typedSearchAttributes.get(CALL_STATUS)).toBe('Queued');
    expect(startOf({ scheduledTime: tomorrow }).typedSearchAttributes.get(CALL_STATUS)).toBe('Pending');
  });
});

describe('a campaign', () => {
  const fairnessKey = (campaignId: unknown) => startOf({ additionalData: { campaignId } }).priority.fairnessKey;

  test('shares a trunk as one, by its ID; without one the agent does', () => {
    expect(fairnessKey('spring')).toBe('spring');
    expect(fairnessKey(7)).toBe('7');
    expect(fairnessKey('')).toBe('demo');
    expect(fairnessKey({ a: 1 })).toBe('demo');
  });

  test.each(['ü'.repeat(33), 'x'.repeat(65), 'half of an emoji: \ud83d'])(
    'with an ID that Temporal does not take as a fairness key, %j, goes by its hash',
    (campaignId) => {
      expect(fairnessKey(campaignId)).toMatch(/^[\w-]{43}$/);
    },
  );

  test('can be searched for, by as much as visibility takes, and nothing else of additionalData can', () => {
    const { typedSearchAttributes } = startOf({ additionalData: { campaignId: 'x'.repeat(300), name: 'Ada' } });
    expect(typedSearchAttributes.get(ADDITIONAL_DATA)).toEqual([`campaignId=${'x'.repeat(244)}`]);
    const without = startOf({ additionalData: { name: 'Ada' } });
    expect(without.typedSearchAttributes.get(ADDITIONAL_DATA)).toBeUndefined();
  });
});
