import { anything, assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../../../src/api/problem.ts';
import { readSearch } from '../../../../src/api/reading/search/search-body.ts';

const SEARCHABLE = ['campaignId', 'region'];
const read = (body: unknown) => readSearch(body, SEARCHABLE);

/** What is wrong with a body, as `path: message`. */
function mistakes(body: unknown): string[] {
  try {
    read(body);
    return [];
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 400) throw error;
    return (error.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('a search', () => {
  test('needs nothing: without a body it is the first twenty of all calls', () => {
    const all = {
      filter: {
        statuses: undefined,
        agentIds: undefined,
        searchable: [],
        fromDate: undefined,
        toDate: undefined,
      },
      page: 0,
      size: 20,
      cursor: undefined,
      includeAggregations: false,
    };
    expect(read(undefined)).toEqual(all);
    expect(read({})).toEqual(all);
    const nulls = Object.fromEntries(
      ['page', 'size', 'cursor', 'fromDate', 'toDate', 'callStatuses', 'agentIds', 'additionalDataFilters']
        .concat('includeAggregations', 'sortField', 'sortDirection')
        .map((name) => [name, null]),
    );
    expect(read(nulls)).toEqual(all);
  });

  test('has every field', () => {
    const body = {
      page: 3,
      size: 50,
      fromDate: '2026-11-24T00:00:00+01:00',
      toDate: '2026-11-25T00:00:00Z',
      callStatuses: ['Completed', 'Failed'],
      agentIds: ['a', 'b'],
      additionalDataFilters: { 'callAdditionalData.campaignId': "o'neil", 'callAdditionalData.region': 5 },
      includeAggregations: true,
      sortField: 'completedTime',
      sortDirection: 'Descending',
    };
    expect(read(body)).toEqual({
      filter: {
        statuses: ['Completed', 'Failed'],
        agentIds: ['a', 'b'],
        searchable: ["campaignId=o'neil", 'region=5'],
        fromDate: '2026-11-23T23:00:00.000Z',
        toDate: '2026-11-25T00:00:00.000Z',
      },
      page: 3,
      size: 50,
      cursor: undefined,
      includeAggregations: true,
    });
  });

  test('is refused for all of its mistakes at once, each with where it is and what was expected', () => {
    const body = {
      page: -1,
      size: 1_001,
      fromDate: 'yesterday',
      callStatuses: ['Completed', 'Done'],
      agentIds: ["x' OR '1'='1"],
      additionalDataFilters: { 'callAdditionalData.campaingId': 'x', campaignId: 'x', 'callAdditionalData.region': {} },
      sortField: 'createdTime',
      sortDirection: 'Ascending',
      pageSize: 5,
    };
    expect(mistakes(body)).toEqual([
      'page: expected a whole number from 0 to 10000',
      'size: expected a whole number from 1 to 1000',
      'fromDate: expected a date and time with an offset, such as 2026-11-24T09:00:00Z',
      expect.stringMatching(/^callStatuses\.1: expected one of Created, Pending, /),
      'agentIds.0: expected letters, digits, `_`, `.` and `-`',
      'sortField: expected `completedTime`: Temporal lists calls by the time of their end, and has no other order',
      'sortDirection: expected `Descending`: Temporal lists the newest first, and has no other order',
      expect.stringMatching(/^pageSize: unknown field: known are page, size, /),
      'additionalDataFilters.callAdditionalData.campaingId: cannot be searched by, did you mean `callAdditionalData.campaignId`?: `searchable` of your organization allows `callAdditionalData.campaignId`, `callAdditionalData.region`',
      expect.stringMatching(/^additionalDataFilters\.campaignId: cannot be searched by/),
      'additionalDataFilters.callAdditionalData.region: expected a text, a number or a boolean',
    ]);
  });

  test('suggests the field that was meant', () => {
    expect(mistakes({ callStatus: ['Failed'] })).toEqual(['callStatus: unknown field: did you mean `callStatuses`?']);
  });

  test('is refused for what is no object', () => {
    for (const body of ['text', 5, [], true]) expect(mistakes(body)).toEqual([': expected an object']);
  });

  test('never says what a value was, and never breaks for one', () => {
    assert(
      property(anything(), (body) => {
        mistakes({ additionalDataFilters: body });
        mistakes(body);
      }),
    );
    expect(mistakes({ additionalDataFilters: { 'callAdditionalData.region': 'secret"' } }).join()).not.toContain(
      'secret',
    );
  });

  test('looks for as much of a value as calls were accepted with', () => {
    const { filter } = read({ additionalDataFilters: { 'callAdditionalData.region': 'x'.repeat(400) } });
    expect(filter.searchable).toEqual([`region=${'x'.repeat(248)}`]);
  });

  test('is refused where Temporal cannot look for a value, and otherwise taken as it is', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 20 }), (value) => {
        const body = { additionalDataFilters: { 'callAdditionalData.campaignId': value } };
        if (/["\\\p{Cc}]/u.test(value.replaceAll(/[\u0080-\u009f]/g, ''))) expect(mistakes(body)).toHaveLength(1);
        else expect(read(body).filter.searchable).toEqual([`campaignId=${value}`]);
      }),
    );
  });
});
