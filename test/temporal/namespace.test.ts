import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '@temporalio/client';
import { PRIORITY, SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { checkNamespace, setUpNamespace } from '../../src/temporal/namespace.ts';
import type { Services } from '../../src/temporal/namespace-state.ts';
import { Servers } from './support.ts';

const servers = new Servers();
let connection: Connection;

/** A real server takes 1 s to start and 1 s to stop; under load, several times that. */
const timeout = 60_000;

beforeAll(async () => {
  const server = await servers.start(await servers.dataDir());
  connection = await servers.connect(server.address);
}, timeout);
afterAll(() => servers.cleanUp(), timeout);

const KEYWORD = 2;

/** A namespace that somebody else made. */
async function makeNamespace(namespace: string, searchAttributes: Record<string, number> = {}): Promise<void> {
  await connection.workflowService.registerNamespace({
    namespace,
    // The shape of a protobuf Duration, whose seconds are a Long.
    workflowExecutionRetentionPeriod: JSON.parse('{ "seconds": 86400 }') as { seconds: never },
  });
  if (Object.keys(searchAttributes).length > 0) {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  }
}

async function typesIn(namespace: string): Promise<Record<string, number>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return customAttributes;
}

/** A managed Temporal: its operator service is for nobody, and namespaces are made on its Web site. */
function managed(): Services {
  const forbidden = (): Promise<never> =>
    Promise.reject(
      Object.assign(new Error('7 PERMISSION_DENIED'), { code: 7, details: 'Request unauthorized.', metadata: {} }),
    );
  return {
    operatorService: { listSearchAttributes: forbidden, addSearchAttributes: forbidden } as never,
    workflowService: {
      describeNamespace: connection.workflowService.describeNamespace.bind(connection.workflowService),
      countWorkflowExecutions: connection.workflowService.countWorkflowExecutions.bind(connection.workflowService),
      registerNamespace: forbidden,
    } as never,
  };
}

/**
 * A server without standalone activities, as 1.31 is by default. All of it is real but what it says of that, which is what a
 * server of 1.32 says with `activity.enableStandalone: false`.
 */
const withoutActivities = (): Services => ({
  operatorService: connection.operatorService,
  workflowService: {
    describeNamespace: async (request: { namespace: string }) => {
      const answer = await connection.workflowService.describeNamespace(request);
      return { ...answer, namespaceInfo: { ...answer.namespaceInfo, capabilities: { standaloneActivities: false } } };
    },
  } as never,
});

describe('Setting up a namespace', { timeout }, () => {
  it('makes what is missing, says what it did, and does nothing the second time', async () => {
    const first = await setUpNamespace(connection, 'fresh');
    expect(first.problems).toEqual([]);
    expect(first.done).toEqual([
      'Made the namespace fresh; calls are kept for 30 days after their end.',
      expect.stringMatching(
        /^Added search attributes to the namespace fresh: OrgId \(Keyword\), .*Unstarted \(Int\)\.$/,
      ),
    ]);
    expect(Object.keys(await typesIn('fresh'))).toHaveLength(SEARCH_ATTRIBUTES.length);

    expect(await setUpNamespace(connection, 'fresh')).toEqual({ done: [], problems: [] });
    expect(await checkNamespace(connection, 'fresh')).toEqual([]);
  });

  it('leaves the retention and the other search attributes of a namespace that exists as they are', async () => {
    await makeNamespace('theirs', { Theirs: KEYWORD, OrgId: KEYWORD });

    const { done, problems } = await setUpNamespace(connection, 'theirs');

    expect(problems).toEqual([]);
    expect(done).toHaveLength(1);
    expect(done[0]).not.toContain('OrgId');
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'theirs' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(86_400);
    expect(await typesIn('theirs')).toMatchObject({ Theirs: KEYWORD, OrgId: KEYWORD });
  });

  it('names a search attribute that exists with another type, never overwrites it, and adds the others', async () => {
    await makeNamespace('mistyped', { [PRIORITY.name]: KEYWORD });

    const { done, problems } = await setUpNamespace(connection, 'mistyped');

    expect(done).toHaveLength(1);
    expect(problems).toEqual([
      'The search attribute Priority of the namespace mistyped is of type Keyword, and Outdial needs Int: it is left as it is, so remove it by hand, or name another namespace in TEMPORAL_NAMESPACE.',
    ]);
    expect(await typesIn('mistyped')).toMatchObject({ [PRIORITY.name]: KEYWORD });
    expect(await checkNamespace(connection, 'mistyped')).toEqual(problems);
  });

  it('says so where the server could not hand on what voice platforms tell', async () => {
    await setUpNamespace(connection, 'mute');
    expect(await checkNamespace(withoutActivities(), 'mute')).toEqual([
      expect.stringMatching(/^The server has no standalone activities, .*run Temporal 1\.32 or later/),
    ]);
  });

  it('by two at the same time works for both', async () => {
    const both = await Promise.all([setUpNamespace(connection, 'twice'), setUpNamespace(connection, 'twice')]);
    expect(both.flatMap(({ problems }) => problems)).toEqual([]);
    expect(await checkNamespace(connection, 'twice')).toEqual([]);
  });

  it('says what to make by hand where the server forbids it', async () => {
    expect(await setUpNamespace(managed(), 'absent')).toEqual({
      done: [],
      problems: [
        expect.stringMatching(
          /make it by hand .*: the namespace absent with 30 days' retention, and its search attributes OrgId \(Keyword\), /,
        ),
      ],
    });
  });
});

describe('Checking a namespace', { timeout }, () => {
  it('tells that it does not exist', async () => {
    expect(await checkNamespace(connection, 'absent')).toEqual(['The namespace absent does not exist.']);
  });

  it('lists the search attributes that are missing, with their types', async () => {
    await makeNamespace('bare', { OrgId: KEYWORD });
    expect(await checkNamespace(connection, 'bare')).toEqual([
      'Search attributes are missing in the namespace bare: AgentId (Keyword), BatchId (Keyword), Trunk (Keyword), CallStatus (Keyword), WaitingFor (Keyword), Disposition (Keyword), EndpointHash (Keyword), Priority (Int), NextScheduleTime (Datetime), CallDeadline (Datetime), AdditionalData (KeywordList), BatchState (Keyword), Unstarted (Int).',
    ]);
  });

  it('finds the same by queries where the server forbids the list', async () => {
    await makeNamespace('managed', { OrgId: KEYWORD, [PRIORITY.name]: KEYWORD });
    const [missing, mistyped, ...rest] = await checkNamespace(managed(), 'managed');
    expect(missing).toMatch(/^Search attributes are missing in the namespace managed: AgentId .*AdditionalData/);
    expect(missing).not.toMatch(/OrgId|Priority/);
    expect(mistyped).toContain('Priority of the namespace managed has another type, and Outdial needs Int');
    expect(rest).toEqual([]);
  });
});
