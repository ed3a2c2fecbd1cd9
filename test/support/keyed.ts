import type { Answer, Api, CallAnswer } from './api.ts';
import { Deployment, testConfig } from './deployment.ts';

export const NUMBER = '+15550100001';
export const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

/** Asleep for as long as a test lasts; two of them go to the same number. */
export const CALLS = [
  { endpoint: NUMBER, scheduledTime: TOMORROW, additionalData: { name: 'Ada', nested: { a: 1, b: [1, 2] } } },
  { endpoint: '+15550100002', scheduledTime: TOMORROW, priority: 9 },
  { endpoint: '+1 555 010 0001', scheduledTime: TOMORROW, callDeadline: '2199-01-01T00:00:00Z' },
];

/** A configuration of which an agent's deadline, and whether another agent is there, may change. */
export const changing = (deadline: string, agents = ''): string =>
  `${testConfig({ lines: 2, speed: 100 }, agents)}
  - { agentId: shifting, name: Is configured anew, trunk: demo, defaultDeadline: ${deadline} }
  - { agentId: theirs, orgId: other, name: Of the others, trunk: theirs }
organizations:
  - { orgId: default, apiKeys: [{ name: development, key: outdial-development, loopbackOnly: true }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
`.replace('agents:', '  - { name: theirs, orgId: other, lines: 1, dialer: { type: simulator } }\nagents:');

/** Two APIs on one Temporal, and a worker: in between, one agent went away and another one got a longer deadline. */
export async function startBeforeAndAfter(): Promise<{ deployment: Deployment; before: Api; after: Api }> {
  const deployment = await Deployment.start(changing('48h', '  - { agentId: leaving, name: Leaves, trunk: demo }'));
  const [{ api: before }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  deployment.configure(changing('72h'));
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
