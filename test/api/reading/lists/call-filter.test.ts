import { describe, expect, test } from 'vitest';
import { visibilityQuery } from '../../../../src/api/reading/lists/call-filter.ts';
import { CALL_STATUSES } from '../../../../src/contract/call.ts';

const OURS = `WorkflowType = 'outboundCall' AND OrgId = 'acme'`;
const ENDED = `ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated', 'Canceled')`;
const queryOf = (filter: Omit<Parameters<typeof visibilityQuery>[0], 'orgId'>): string =>
  visibilityQuery({ orgId: 'acme', ...filter });

describe('the query for a list', () => {
  test('without a filter asks for the calls of the organization, and of no other', () => {
    expect(queryOf({})).toBe(OURS);
    expect(queryOf({ agentIds: [], statuses: [] })).toBe(OURS);
  });

  test('asks for any of the agents, and for the batch', () => {
    expect(queryOf({ agentIds: ['a', 'b'], batchId: 'c' })).toBe(`${OURS} AND AgentId IN ('a', 'b') AND BatchId = 'c'`);
  });

  test('asks for any of the statuses, in brackets of their own so that the organization still counts', () => {
    expect(queryOf({ statuses: ['Completed', 'Canceled'] })).toBe(
      `${OURS} AND ((CallStatus = 'Completed' AND NOT ${ENDED})` +
        ` OR (CallStatus = 'Canceled' AND NOT ${ENDED} OR ExecutionStatus IN ('Terminated', 'Canceled')))`,
    );
    for (const status of CALL_STATUSES) {
      expect(queryOf({ statuses: [status] })).toMatch(
        /^WorkflowType = 'outboundCall' AND OrgId = 'acme' AND \(\(.*\)\)$/,
      );
    }
  });

  test('asks for data that a call has, and takes a quotation mark in it for what it is', () => {
    expect(queryOf({ searchable: [`campaignId=o'neil' OR OrgId = 'other`, 'region=5'] })).toBe(
      `${OURS} AND AdditionalData = 'campaignId=o''neil'' OR OrgId = ''other' AND AdditionalData = 'region=5'`,
    );
  });

  test('does not count a call as waiting or running whose workflow was terminated while it was', () => {
    for (const status of ['Pending', 'Queued', 'Running'] as const) {
      expect(queryOf({ statuses: [status] })).toContain(`CallStatus = '${status}' AND NOT ${ENDED}`);
    }
    expect(queryOf({ statuses: ['Failed'] })).toContain(`ExecutionStatus IN ('Failed', 'TimedOut')`);
  });

  test('means the end of an ended call by its dates, and by `toDate` the start of one that has not ended', () => {
    const [fromDate, toDate] = ['2026-11-24T00:00:00.000Z', '2026-11-25T00:00:00.000Z'];
    expect(queryOf({ fromDate, toDate })).toBe(
      `${OURS} AND (CloseTime >= '${fromDate}' OR ExecutionStatus = 'Running')` +
        ` AND (CloseTime < '${toDate}' OR (ExecutionStatus = 'Running' AND StartTime < '${toDate}'))`,
    );
  });
});
