import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchMemo } from '../../src/contract/start-batch.ts';
import { type Answer, Api, eventually, type ProblemAnswer } from '../support/api.ts';
import type { Deployment } from '../support/deployment.ts';
import {
  CALLS,
  idOf,
  isReplay,
  NUMBER,
  runOf,
  said,
  sendBulk,
  sendOne,
  startBeforeAndAfter,
} from '../support/keyed.ts';

let deployment: Deployment;
let api: Api;
/** Of the same deployment, when it was configured anew. */
let after: Api;

beforeAll(async () => {
  const started = await startBeforeAndAfter();
  ({ deployment, before: api, after } = started);
});

afterAll(() => deployment.stop());

describe('a bulk request that is repeated under its key', () => {
  test('is answered what the first was answered, and nothing is scheduled a second time', async () => {
    const first = await sendBulk(api, 'repeated');
    expect(first.status).toBe(201);
    expect(isReplay(first)).toBe(false);
    const again = await sendBulk(api, 'repeated');
    expect(isReplay(again)).toBe(true);
    expect(said(again)).toEqual(said(first));
    expect(said(first)).toMatchObject({ infeasible: '0', duplicates: '1' });
    await eventually(
      () => api.total(`batchId=${idOf(first)}`),
      (total) => total === CALLS.length,
    );
    const { memo } = await deployment.client.workflow.getHandle(idOf(first)).describe();
    expect((memo as BatchMemo).batch.bodyHash).toMatch(/^[\w-]{43}$/);
  });

  test('is the same one however its JSON is written', async () => {
    const first = await sendBulk(api, 'written otherwise');
    const [call, ...others] = CALLS.map((fields) => Object.fromEntries(Object.entries(fields).reverse()));
    const data = { nested: { b: [1, 2], a: 1 }, name: 'Ada' };
    const again = await sendBulk(
      api,
      'written otherwise',
      JSON.stringify([{ ...call, additionalData: data }, ...others], null, 3),
    );
    expect(said(again)).toEqual(said(first));
  });

  test('with another body, for another agent, under another name or as one call is refused', async () => {
    const query = 'demo&batchName=spring';
    expect((await sendBulk(api, 'other request', CALLS, query)).status).toBe(201);
    const refused = [
      await sendBulk<ProblemAnswer>(api, 'other request', [...CALLS].reverse(), query),
      await sendBulk<ProblemAnswer>(api, 'other request', [{ nonsense: true }], query),
      await sendBulk<ProblemAnswer>(api, 'other request', 'null', query),
      await sendBulk<ProblemAnswer>(api, 'other request', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, query),
      await sendBulk<ProblemAnswer>(api, 'other request', CALLS, 'retrying&batchName=spring'),
      await sendBulk<ProblemAnswer>(api, 'other request', CALLS, 'demo&batchName=summer'),
      await sendBulk<ProblemAnswer>(api, 'other request', CALLS),
      await sendOne<ProblemAnswer>(api, 'other request', CALLS[0] ?? {}),
    ];
    for (const { status, headers, body } of refused) {
      expect(status).toBe(422);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body.detail).toMatch(/^This `Idempotency-Key` stands for another request/);
      expect(headers.get('idempotent-replayed')).toBeNull();
    }
  });

  test('with mistakes leaves its key free for a request without', async () => {
    expect((await sendBulk(api, 'mistaken', [{ endpoint: 'abc' }])).status).toBe(400);
    const first = await sendBulk(api, 'mistaken');
    expect(first.status).toBe(201);
    expect(isReplay(first)).toBe(false);
  });

  test('is checked as of the first: a deadline that has passed since is none of its mistakes', async () => {
    const soon = { endpoint: NUMBER, callDeadline: new Date(Date.now() + 2_000).toISOString() };
    const first = await sendBulk(api, 'passing', [soon]);
    await eventually(
      () => Promise.resolve(Date.now()),
      (now) => now > Date.parse(soon.callDeadline),
    );
    expect((await sendBulk(api, 'without a key before', [soon])).status).toBe(400);
    const again = await sendBulk(api, 'passing', [soon]);
    expect(said(again)).toEqual(said(first));
  });

  test('is answered what the first was answered when its agent is gone, disabled or configured anew', async () => {
    for (const query of ['leaving', 'shifting']) {
      const first = await sendBulk(api, `by ${query}`, [{ endpoint: NUMBER }], query);
      const again = await sendBulk(after, `by ${query}`, [{ endpoint: NUMBER }], query);
      expect(first.status).toBe(201);
      expect(said(again)).toEqual(said(first));
    }
  });

  test('at the same moment, to several APIs, is one batch, and all are answered the same', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        sendBulk(index % 2 === 0 ? api : after, 'all at once', [{ endpoint: NUMBER }], 'shifting'),
      ),
    );
    for (const answer of answers) expect(said(answer)).toEqual(said(answers[0] as Answer<unknown>));
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
  });

  test('under the key of another organization is a request of its own', async () => {
    const others = new Api(api.url, 'key-of-other');
    const first = await sendBulk(api, 'of both');
    const theirs = await sendBulk(others, 'of both', [{ endpoint: NUMBER }], 'theirs');
    expect(theirs.status).toBe(201);
    expect(isReplay(theirs)).toBe(false);
    expect(idOf(theirs)).not.toBe(idOf(first));
  });

  test('as a dry run neither looks at the key nor uses it up', async () => {
    const tried = await sendBulk(api, 'tried', CALLS, 'demo&dryRun=true');
    expect(tried.status).toBe(200);
    const first = await sendBulk(api, 'tried', [{ endpoint: NUMBER }]);
    expect(isReplay(first)).toBe(false);
    const again = await sendBulk(api, 'tried', CALLS, 'demo&dryRun=true');
    expect(again.status).toBe(200);
    expect(isReplay(again)).toBe(false);
  });

  test.each([
    ['cancelled', (id: string) => deployment.client.workflow.getHandle(id).signal('cancelBatch', {})],
    ['terminated', (id: string) => deployment.client.workflow.getHandle(id).terminate('by an operator')],
    ['cancelled natively', (id: string) => deployment.client.workflow.getHandle(id).cancel()],
  ])('after its batch was %s is answered the same, and dials nobody anew', async (what, end) => {
    const first = await sendBulk(api, what);
    const batchId = idOf(first);
    const run = await runOf(deployment, batchId);
    await eventually(
      () => api.total(`batchId=${batchId}`),
      (total) => total === CALLS.length,
    );
    await end(batchId);
    await eventually(
      async () => (await deployment.client.workflow.getHandle(batchId).describe()).status.name,
      (status) => status !== 'RUNNING',
    );
    expect(said(await sendBulk(api, what))).toEqual(said(first));
    expect(await runOf(deployment, batchId)).toBe(run);
  });
});

test.each(['', 'x'.repeat(256)])('a key that is empty or longer than 255 characters is refused: %#', async (key) => {
  for (const answer of [
    await sendBulk<ProblemAnswer>(api, key),
    await sendOne<ProblemAnswer>(api, key, CALLS[0] ?? {}),
  ]) {
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toBe('`Idempotency-Key`: expected 1 to 255 characters.');
  }
  expect((await sendBulk(api, 'x'.repeat(255))).status).toBe(201);
});
