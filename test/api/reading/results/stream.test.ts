import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Writable } from 'node:stream';
import express, { type Response } from 'express';
import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { answerProblems } from '../../../../src/api/errors.ts';
import { NDJSON } from '../../../../src/api/reading/results/formats.ts';
import { streamRows } from '../../../../src/api/reading/results/stream.ts';
import type { ResultRow } from '../../../../src/api/reading/results/result-row.ts';

/** A thousand rows of a kilobyte each. */
const CHUNK = Array.from({ length: 1_000 }, () => ({ callId: 'x'.repeat(1_000) }) as ResultRow);

let server: Server | undefined;

/** Takes a write only when it is told to. */
class SlowClient extends Writable {
  headersSent = false;
  bytes = 0;
  #taken: (() => void) | null = null;

  constructor() {
    super({ highWaterMark: 1 });
  }

  type(): void {
    this.headersSent = true;
  }

  override _write(chunk: Buffer, _encoding: string, taken: () => void): void {
    this.bytes += chunk.length;
    this.#taken = taken;
  }

  /** Resolves when there is something to take, and all that could be done meanwhile has been. */
  async offered(): Promise<void> {
    while (this.#taken === null) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  take(): void {
    this.#taken?.();
    this.#taken = null;
  }
}

/** Serves what `read` gives, and tells the port. */
async function serve(read: (signal: AbortSignal) => AsyncIterable<readonly ResultRow[]>): Promise<number> {
  const app = express();
  app.get('/', (_request, response) => streamRows(response, NDJSON, read));
  app.use(answerProblems(pino({ level: 'silent' })));
  server = createServer(app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
  server = undefined;
});

describe('a stream of rows', () => {
  test('arrives whole, and is read no faster than it is taken', async () => {
    let read = 0;
    const client = new SlowClient();
    const done = streamRows(client as unknown as Response, NDJSON, async function* () {
      for (; read < 5; read += 1) yield await Promise.resolve(CHUNK);
    });
    for (let taken = 0; taken < 5; taken += 1) {
      await client.offered();
      expect(read).toBe(taken);
      client.take();
    }
    await done;
    expect(client.bytes).toBe(5 * CHUNK.map((row) => NDJSON.write(row)).join('').length);
    expect(client.writableEnded).toBe(true);
  });

  test('breaks where it fails midway, so that nobody takes it for whole', async () => {
    const port = await serve(async function* () {
      yield await Promise.resolve(CHUNK);
      throw new Error('Temporal is gone');
    });
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  test('is an error like any other where it fails before its first row', async () => {
    // eslint-disable-next-line require-yield -- that is what happens
    const port = await serve(async function* () {
      await Promise.resolve();
      throw new Error('Temporal is gone');
    });
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('stops when the client goes away, while it waits for it and while it reads', async () => {
    let stopped = false;
    let signal: AbortSignal | undefined;
    const port = await serve(async function* (given) {
      signal = given;
      try {
        for (;;) {
          given.throwIfAborted();
          yield await Promise.resolve(CHUNK);
        }
      } finally {
        stopped = true;
      }
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    while (!stopped) await new Promise((resolve) => setImmediate(resolve));
    expect(signal?.aborted).toBe(true);
  });
});
