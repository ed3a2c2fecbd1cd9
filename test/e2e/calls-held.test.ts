import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, type CallAnswer, eventually, type ProblemAnswer } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';

const CALLS = 1_000;
/** Where in the order of starting the call is that is canceled, and how many are started once its turn is over: pages start 25 at a time. */
const [CANCELED, STARTED] = [300, 360];

let deployment: Deployment;
let api: Api;
/** In the order in which they are started. */
let accepted: CallAnswer[];

beforeAll(async () => {
  deployment = await Deployment.start(testConfig({ lines: 1, speed: 100 }));
  const [started] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
  await api.request('POST', '/trunks/demo/pause');
  // In order of priority, the most urgent first: the last of the request.
  const calls = Array.from({ length: CALLS }, (_, priority) => ({ endpoint: '+14155550002', priority }));
  accepted = (await api.bulk('demo', calls)).reverse();
});

afterAll(() => deployment.stop());

const idAt = (place: number): string => accepted[place]?.callId ?? '';
const startedCalls = async (): Promise<number> => await api.total('agentId=demo&status=Queued');

describe('a call of 1,000 whose workflow has not started yet', () => {
  test('can be canceled, and never starts when its turn comes', async () => {
    const callId = idAt(CANCELED);
    expect((await api.get(callId)).status).toBe('Created');
    const { status, body } = await api.request<CallAnswer>('DELETE', `/calls/${callId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ callId, status: 'Canceled', reason: 'request', attempts: [], waitingFor: null });
    const again = await api.request<ProblemAnswer>('DELETE', `/calls/${callId}`);
    expect(again).toMatchObject({ status: 409, body: { detail: 'The call has ended: it is Canceled.' } });

    await eventually(startedCalls, (count) => count >= STARTED, 100_000);
    for (const place of [0, CANCELED - 1, CANCELED + 1]) expect((await api.get(idAt(place))).status).toBe('Queued');
    await expect(deployment.client.workflow.getHandle(callId).describe()).rejects.toThrow(WorkflowNotFoundError);
    expect(await api.get(callId)).toEqual(body);
  });

  test('is a call like any other: Created, and it tells what it waits for', async () => {
    const call = await api.get(idAt(CALLS - 1));
    expect(call).toEqual({
      ...accepted.at(-1),
      batchId: call.callId.replace(/-\d+$/, ''),
      status: 'Created',
      waitingFor: { for: 'start', until: null },
      attempts: [],
      reason: null,
      errorMessage: null,
      recordId: null,
      completedTime: null,
      expiresAt: null,
      durationSeconds: null,
      transcription: null,
      result: null,
    });
  });

  test('is never lost from sight while it starts: whoever asks again and again never gets a 404', async () => {
    const seen: number[] = [];
    // Those that come next, a little ahead of where the page has got to.
    const next = await startedCalls();
    await Promise.all(
      Array.from({ length: 10 }, (_, offset) =>
        eventually(
          async () => {
            const { status, body } = await api.read<CallAnswer>(`/calls/${idAt(next + 60 + 5 * offset)}`);
            seen.push(status);
            return body;
          },
          (call) => call.status === 'Queued',
        ),
      ),
    );
    expect(seen).not.toContain(404);
  });
});
