import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Api } from '../support/api.ts';
import type { Deployment } from '../support/deployment.ts';
import {
  CALLS,
  isReplay,
  NUMBER,
  runOf,
  said,
  sendBulk,
  sendOne,
  startBeforeAndAfter,
  TOMORROW,
} from '../support/keyed.ts';
import { TemporalProxy } from '../support/temporal-proxy.ts';

let deployment: Deployment;
let api: Api;
/** Of the same deployment, when it was configured anew. */
let after: Api;

beforeAll(async () => {
  const started = await startBeforeAndAfter();
  ({ deployment, before: api, after } = started);
});

afterAll(() => deployment.stop());

describe('one call that is repeated under its key', () => {
  test('is answered what the first was answered, and is one call', async () => {
    const first = await sendOne(api, 'a call', CALLS[0] ?? {});
    expect(first.status).toBe(201);
    expect(isReplay(first)).toBe(false);
    const run = await runOf(deployment, first.body.callId);
    const again = await sendOne(api, 'a call', CALLS[0] ?? {});
    expect(isReplay(again)).toBe(true);
    expect(said(again)).toEqual(said(first));
    expect(await runOf(deployment, first.body.callId)).toBe(run);
  });

  test('goes out once, and is answered the same after it has ended', async () => {
    const first = await sendOne(api, 'a short call', { endpoint: NUMBER });
    await api.untilEnded(first.body.callId);
    const again = await sendOne(after, 'a short call', { endpoint: NUMBER });
    expect(said(again)).toEqual(said(first));
    const dials = deployment
      .readLedger()
      .filter(({ event, identity }) => event === 'place' && identity.startsWith(first.body.callId));
    expect(dials).toHaveLength(1);
  });

  test('with another body, for another agent or in bulk is refused', async () => {
    const call = { endpoint: NUMBER, scheduledTime: TOMORROW };
    expect((await sendOne(api, 'one of them', call)).status).toBe(201);
    expect((await sendOne(api, 'one of them', { ...call, priority: 2 })).status).toBe(422);
    expect((await sendOne(api, 'one of them', call, 'retrying')).status).toBe(422);
    expect((await sendBulk(api, 'one of them', [call])).status).toBe(422);
    expect((await sendBulk(api, 'one of them', call)).status).toBe(422);
  });

  test('is answered what the first was answered when its agent is gone or configured anew', async () => {
    for (const agentId of ['leaving', 'shifting']) {
      const first = await sendOne(api, `one by ${agentId}`, { endpoint: NUMBER }, agentId);
      expect(said(await sendOne(after, `one by ${agentId}`, { endpoint: NUMBER }, agentId))).toEqual(said(first));
    }
  });

  test('at the same moment is one call, and all are answered the same', async () => {
    const call = { endpoint: NUMBER, scheduledTime: TOMORROW };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => sendOne(index < 4 ? api : after, 'at once', call)),
    );
    for (const answer of answers) expect(said(answer)).toEqual(said(answers[0] as Answer<unknown>));
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
  });

  test('after an API that was killed before it could answer is one call', async () => {
    const proxy = await TemporalProxy.start(deployment.server.address);
    const { api: cut, process } = await deployment.startApi({ TEMPORAL_ADDRESS: proxy.address });
    const { arrived, goOn } = proxy.stopAt(
      ({ method, moment }) => method === 'StartWorkflowExecution' && moment === 'answer',
    );
    const sent = expect(sendOne(cut, 'cut off', { endpoint: NUMBER })).rejects.toThrow('fetch failed');
    await arrived;
    await process.end('SIGKILL');
    goOn();
    await sent;
    const again = await sendOne(api, 'cut off', { endpoint: NUMBER });
    expect(again.status).toBe(201);
    expect(isReplay(again)).toBe(true);
    expect((await api.untilEnded(again.body.callId)).status).toBe('Completed');
    await proxy.stop();
  });
});
