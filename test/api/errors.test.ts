import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import express from 'express';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerProblems, isTemporalAway } from '../../src/api/errors.ts';
import { badBody, badRequest, conflict, notFound, Problem, tooLarge, unavailable } from '../../src/api/problem.ts';

/** As `@grpc/grpc-js` throws it, and the client wraps it. */
const grpcError = (code: number, details = ''): ServiceError =>
  new ServiceError('failed', { cause: Object.assign(new Error('grpc'), { code, details, metadata: {} }) });

const SECRET = 'the number is +14155550001';
let logged = '';
let server: Server;
let thrown: unknown;

beforeAll(async () => {
  const app = express();
  app.post('/parsed', express.json({ limit: 100, type: () => true }), (_request, response) => response.json({}));
  app.get('/half', (_request, response) => {
    response.write('{');
    throw new Error('too late');
  });
  app.get('/named/:name', (_request, response) => response.json({}));
  app.use(() => {
    throw thrown;
  });
  app.use(answerProblems(pino({ level: 'info' }, { write: (line: string) => void (logged += line) })));
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

async function answerTo(error: unknown): Promise<{ response: Response; body: Record<string, unknown> }> {
  thrown = error;
  logged = '';
  return await read(await fetch(url('/some/path?key=value')));
}

async function read(response: Response): Promise<{ response: Response; body: Record<string, unknown> }> {
  return { response, body: (await response.json()) as Record<string, unknown> };
}

describe('an error', () => {
  test.each([
    [badRequest('No.'), 400, 'Bad request'],
    [notFound('such call'), 404, 'Not found'],
    [conflict('No.'), 409, 'Conflict'],
    [tooLarge('No.'), 413, 'Content too large'],
    [unavailable('No.'), 503, 'Service unavailable'],
  ])('of ours is answered as problem+json with all its members: %s', async (problem, status, title) => {
    const { response, body } = await answerTo(problem);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({ type: 'about:blank', title, status, detail: problem.message, instance: '/some/path' });
  });

  test('of a body lists all its mistakes, and one that asks for patience says for how long', async () => {
    const errors = [{ index: 3, path: 'endpoint', message: 'no' }];
    expect((await answerTo(badBody(errors))).body).toMatchObject({ status: 400, errors });
    expect((await answerTo(unavailable('No.'))).response.headers.get('retry-after')).toBe('5');
  });

  test.each([1, 4, 8, 14])('of a Temporal that does not answer is a 503: gRPC code %i', async (code) => {
    expect(isTemporalAway(grpcError(code))).toBe(true);
    const { response, body } = await answerTo(grpcError(code));
    expect(response.status).toBe(503);
    expect(body.detail).toBe('Temporal does not answer, or no worker does: try again in a moment.');
    expect(logged).toBe('');
  });

  test.each([
    [13, 'Received RST_STREAM with code 2 (Internal server error)'],
    [9, 'Workflow state is not ready to handle the request.'],
    [9, 'Workflow must handle at least one workflow task before it can be queried.'],
    [9, 'no poller seen for task queue recently, worker may be down'],
  ])('of a connection that broke, or a workflow not taken up yet, is a 503 as well: %i %s', (code, details) => {
    expect(isTemporalAway(grpcError(code, details))).toBe(true);
    expect(isTemporalAway(grpcError(code, 'something else'))).toBe(false);
  });

  test('of a query that a worker took and could not answer is a 503 as well', async () => {
    const { response } = await answerTo(new QueryNotRegisteredError('cannot play the history', 3));
    expect(response.status).toBe(503);
  });

  test.each([new Error(SECRET), SECRET, grpcError(3)])(
    'that nobody expected is a 500 that tells nothing, and is logged: %s',
    async (error) => {
      const { response, body } = await answerTo(error);
      expect(response.status).toBe(500);
      expect(JSON.stringify(body)).not.toContain(SECRET);
      expect(logged).toContain('request failed');
      expect(logged).not.toContain('key=value');
    },
  );

  test('after half an answer ends the connection, so that nobody takes it for a whole one', async () => {
    await expect(fetch(url('/half')).then((response) => response.text())).rejects.toThrow();
  });
});

describe('a request that cannot be read', () => {
  const send = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    await read(await fetch(url('/parsed'), { method: 'POST', body, headers }));

  test('because it is no JSON is a 400 that repeats nothing of it', async () => {
    const { response, body } = await send(`{"endpoint": "${SECRET}`);
    expect(response.status).toBe(400);
    expect(body.errors).toEqual([{ index: null, path: '', message: 'Expected JSON: the body cannot be parsed' }]);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  test('because it is too large is a 413', async () => {
    expect((await send('[' + ' '.repeat(200) + ']')).response.status).toBe(413);
  });

  test('because of its encoding is a 415, and one that did not arrive whole a 400', async () => {
    expect((await send('{}', { 'content-encoding': 'compress' })).response.status).toBe(415);
    expect((await send('{}', { 'content-type': 'application/json; charset=koi8-r' })).response.status).toBe(415);
    expect((await send(Buffer.from('no gzip'), { 'content-encoding': 'gzip' })).response.status).toBe(400);
  });

  test('because of its path is a 400', async () => {
    const { response, body } = await read(await fetch(url('/named/%E0%A4%A')));
    expect(response.status).toBe(400);
    expect(body.detail).toMatch(/^The path cannot be read/);
  });

  test('is told by Problem alone: another error with a status is not taken for one', async () => {
    const { response } = await answerTo(Object.assign(new Error(SECRET), { status: 418 }));
    expect(response.status).toBe(500);
    expect(new Problem(400, 'a', 'b')).toBeInstanceOf(Error);
  });
});
