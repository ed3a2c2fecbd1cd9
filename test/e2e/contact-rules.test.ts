import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashEndpoint } from '../../src/config/secret.ts';
import type { ContactRecord } from '../../src/contract/contact.ts';
import { contactWorkflowId } from '../../src/contract/ids.ts';
import { getContactQuery } from '../../src/contract/messages.ts';
import type { LedgerLine } from '../../src/dialers/simulator/ledger.ts';
import { type Api, hasEnded, isTalking, type TrunkAnswer } from '../support/api.ts';
import { Deployment, SECRET } from '../support/deployment.ts';
import { auditLedger, type LedgerAudit } from '../support/ledger-audit.ts';
import type { OutdialProcess } from '../support/process.ts';

const DAY_MS = 24 * 60 * 60_000;

const CONFIG = `
organizations:
  - { orgId: default, apiKeys: [{ name: tests, key: outdial-development }], contactRules: { maxAttemptsPerWeek: 900 } }
trunks:
  - { name: demo, lines: 10, dialer: { type: simulator, speed: 40 } }
  - { name: slow, lines: 10, dialer: { type: simulator, speed: 2 } }
agents:
  - { agentId: once, name: Never twice at once, trunk: demo, contactRules: {} }
  - { agentId: also, name: By the rules of its organization, trunk: demo }
  - { agentId: twice, name: Twice a day, trunk: demo, contactRules: { maxAttemptsPerDay: 2 } }
  - { agentId: again, name: Tries again, trunk: demo, retry: { maxAttempts: 2, delays: { busy: 1s } } }
  - { agentId: slow, name: Half of real time, trunk: slow }
`;

let deployment: Deployment;
let api: Api;
let worker: OutdialProcess;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  [{ api }, worker] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
});

afterAll(() => deployment.stop());

/** What the carrier has written of one number. */
function auditOf(endpoint: string, trunk = 'demo'): LedgerAudit {
  const lines = deployment.readLedger(trunk);
  const dialed = lines.flatMap((line) => (line.event === 'place' && line.endpoint === endpoint ? line.identity : []));
  return auditLedger(lines.filter(({ identity }: LedgerLine) => dialed.includes(identity)));
}

/** What is known of a number. */
const recordOf = (endpoint: string): Promise<ContactRecord> =>
  deployment.client.workflow
    .getHandle(contactWorkflowId('default', hashEndpoint(SECRET, endpoint)))
    .query(getContactQuery);

describe('calls to one number', () => {
  test('of two batches and two agents are dialed one after the other, each as soon as the last is over', async () => {
    const endpoint = '+14155110001';
    const batches = await Promise.all(
      ['once', 'also'].map((agentId) => api.bulk(agentId, Array(4).fill({ endpoint }) as object[])),
    );
    const started = Date.now();
    for (const { callId } of batches.flat()) {
      expect(await api.untilEnded(callId)).toMatchObject({ status: 'Completed' });
    }
    // A call lasts less than a second, and would ask again by itself only after ten minutes.
    expect(Date.now() - started).toBeLessThan(40_000);
    expect(auditOf(endpoint)).toMatchObject({ dials: 8, peakLive: 1, dialedTwice: [] });
  });

  test('say that they wait for it, and until when at the latest', async () => {
    const endpoint = '+14155120001';
    const first = await api.call('slow', { endpoint });
    await api.until(first.callId, isTalking);
    const second = await api.call('once', { endpoint });
    const { waitingFor } = await api.until(second.callId, (call) => call.waitingFor?.for === 'contact-busy');
    expect(Date.parse(waitingFor?.until ?? '') - Date.now()).toBeLessThanOrEqual(10 * 60_000);
    await api.request('DELETE', `/calls/${first.callId}?hangup=true`);
    expect(await api.untilEnded(second.callId)).toMatchObject({ status: 'Completed' });
  });

  test('are dialed as often as a day allows, over all batches, and then a day after the first', async () => {
    const endpoint = '+14155130002';
    const before = Date.now();
    for (let turn = 0; turn < 2; turn += 1) await api.untilEnded((await api.call('twice', { endpoint })).callId);
    const [third] = await api.bulk('twice', [{ endpoint, callDeadline: new Date(before + 3 * DAY_MS).toISOString() }]);
    const { waitingFor } = await api.until(third?.callId ?? '', (call) => call.waitingFor?.for === 'contact-limit');
    const until = Date.parse(waitingFor?.until ?? '');
    expect(until).toBeGreaterThanOrEqual(before + DAY_MS);
    expect(until).toBeLessThan(Date.now() + DAY_MS);
    expect(auditOf(endpoint).dials).toBe(2);
    const other = await api.call('once', { endpoint });
    expect(await api.untilEnded(other.callId)).toMatchObject({ status: 'Failed' });
  });

  test('are tried again by the same rules, and a call that was cancelled in the queue does not count', async () => {
    const endpoint = '+14155140002';
    const retried = await api.call('again', { endpoint });
    expect((await api.untilEnded(retried.callId)).attempts).toHaveLength(2);
    await api.request('POST', '/trunks/demo/pause');
    const canceled = await api.call('twice', { endpoint });
    await api.until(canceled.callId, ({ status }) => status === 'Queued');
    await api.request('DELETE', `/calls/${canceled.callId}`);
    await api.request('POST', '/trunks/demo/resume');
    expect((await recordOf(endpoint)).attempts.map(({ identity }) => identity)).toEqual(auditOf(endpoint).order);
  });
});

describe('when the worker is killed that calls a number', () => {
  test('the number is free again as soon as another one has seen the end of the call, and nobody is called twice', async () => {
    const endpoint = '+14155150001';
    const other = await deployment.startWorker();
    const first = await api.call('slow', { endpoint });
    await api.until(first.callId, isTalking);
    const second = await api.call('slow', { endpoint });
    await api.until(second.callId, (call) => call.waitingFor?.for === 'contact-busy');
    const { body } = await api.read<TrunkAnswer[]>('/trunks');
    const host = body.find(({ name }) => name === 'slow')?.host ?? '';
    await (host.startsWith(`${worker.pid}@`) ? worker : other).end('SIGKILL');
    expect(await api.untilEnded(first.callId, 60_000)).toMatchObject({ status: 'Completed' });
    expect(await api.until(second.callId, hasEnded, 60_000)).toMatchObject({ status: 'Completed' });
    expect(auditOf(endpoint, 'slow')).toMatchObject({ dials: 2, peakLive: 1, dialedTwice: [], withoutEnd: [] });
    expect(await recordOf(endpoint)).toMatchObject({ lease: null, waiters: [] });
  }, 120_000);
});
