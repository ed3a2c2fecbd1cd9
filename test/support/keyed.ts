import type { Answer, Api, CallAnswer } from './api.ts';
import { WEEKDAYS } from '../../src/contract/schedule.ts';
import { Deployment, testConfig } from './deployment.ts';

const DAY_MS = 86_400_000;

export const NUMBER = '+15550100001';
export const TOMORROW = new Date(Date.now() + DAY_MS).toISOString();

/** Asleep for as long as a test lasts; two of them go to the same number. */
export const CALLS = [
  { endpoint: NUMBER, scheduledTime: TOMORROW, additionalData: { name: 'Ada', nested: { a: 1, b: [1, 2] } } },
  { endpoint: '+15550100002', scheduledTime: TOMORROW, priority: 9 },
  { endpoint: '+1 555 010 0001', scheduledTime: TOMORROW, callDeadline: '2199-01-01T00:00:00Z' },
];

/** A configuration in which one agent may be another way, and more agents may be there. */
export const changing = (shifting: string, agents = ''): string =>
  `${testConfig({ lines: 2, speed: 100 }, agents)}
  - { agentId: shifting, name: Is configured anew, trunk: demo, ${shifting} }
  - { agentId: theirs, orgId: other, name: Of the others, trunk: theirs }
organizations:
  - { orgId: default, apiKeys: [{ name: development, key: outdial-development, loopbackOnly: true }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
`.replace('agents:', '  - { name: theirs, orgId: other, lines: 1, dialer: { type: simulator } }\nagents:');

/** `shifting` as it was first: always open, with two days for its calls … */
export const BEFORE = 'defaultDeadline: 48h';
/** … and after: open in three days, the same for all of its calls, with three days for them. */
const AFTER = `defaultDeadline: 72h, schedule: { timezone: UTC, ${inDays(3)}: [{ start: '09:00', end: '17:00' }] }`;

function inDays(days: number): string {
  const day = new Date(Date.now() + days * DAY_MS);
  return WEEKDAYS[(day.getUTCDay() + 6) % 7] ?? '';
}

/** Two APIs on one Temporal, and a worker: in between, one agent went away and another one was configured anew. */
export async function startBeforeAndAfter(): Promise<{ deployment: Deployment; before: Api; after: Api }> {
  const deployment = await Deployment.start(changing(BEFORE, '  - { agentId: leaving, name: Leaves, trunk: demo }'));
  const [{ api: before }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  deployment.configureApart(changing(AFTER));
  const { api: after } = await deployment.startApi();
  return { deployment, before, after };
}

/** Sends calls in bulk under a key. */
export const sendBulk = async <Body = CallAnswer[]>(
  api: Api,
  key: string,
  calls: unknown = CALLS,
  query = 'demo',
): Promise<Answer<Body>> =>
  await api.request<Body>('POST', `/calls/bulk?agentId=${query}`, calls, { 'idempotency-key': key });

/** Sends one call under a key. */
export const sendOne = async <Body = CallAnswer>(
  api: Api,
  key: string,
  call: object,
  agentId = 'demo',
): Promise<Answer<Body>> =>
  await api.request<Body>('POST', `/calls?agentId=${agentId}`, call, { 'idempotency-key': key });

/** The ID that an answer's location ends with. */
export const idOf = ({ headers }: Answer<unknown>): string => headers.get('location')?.split('/').at(-1) ?? '';

export const isReplay = ({ headers }: Answer<unknown>): boolean => headers.get('idempotent-replayed') === 'true';

/** An answer as far as a repeat has to have it. */
export const said = ({ status, headers, body }: Answer<unknown>) => ({
  status,
  body,
  location: headers.get('location'),
  infeasible: headers.get('x-outdial-infeasible'),
  duplicates: headers.get('x-outdial-duplicates'),
});

/** The run that a workflow is in. */
export const runOf = async ({ client }: Deployment, workflowId: string): Promise<string> =>
  (await client.workflow.getHandle(workflowId).describe()).runId;
