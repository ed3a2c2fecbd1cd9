import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpRequest, NoAnswer, send } from '../../src/webhooks/http-request.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Somebody who takes connections, and does with them what is said. */
async function listener(take: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    take(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const request = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url,
  headers: {},
  body: '{}',
  timeoutMs: 500,
  mostBytes: 1_000,
  via: 'anyAnew',
  ...more,
});

const noAnswer = async (asked: HttpRequest): Promise<NoAnswer> => {
  const error: unknown = await send(asked).catch((error: unknown) => error);
  if (!(error instanceof NoAnswer)) throw new Error('Expected no answer');
  return error;
};

describe('a request that is not answered', () => {
  it('has reached nobody where there was no connection to send it over', async () => {
    const address = await listener(() => undefined);
    servers[0]?.close();
    expect(await noAnswer(request(`http://${address}/`))).toMatchObject({ mayHaveArrived: false });
    expect(await noAnswer(request('http://nowhere.invalid/'))).toMatchObject({ mayHaveArrived: false });
  });

  it('has reached nobody where the other side did not prove who it is', async () => {
    const address = await listener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await noAnswer(request(`https://${address}/`))).toMatchObject({ mayHaveArrived: false });
  });

  it('has reached nobody where no secure connection came about in time', async () => {
    const address = await listener(() => undefined);
    expect(await noAnswer(request(`https://${address}/`))).toMatchObject({
      mayHaveArrived: false,
      message: 'no answer within 0.5 s',
    });
  });

  it('may have arrived where the connection is closed, is silent, or speaks what nobody understands', async () => {
    const closing = await listener((socket) => socket.once('data', () => socket.destroy()));
    const silent = await listener(() => undefined);
    const babbling = await listener((socket) => socket.once('data', () => socket.end('what?\r\n\r\n')));
    for (const address of [closing, silent, babbling]) {
      expect(await noAnswer(request(`http://${address}/`))).toMatchObject({ mayHaveArrived: true });
    }
  });
});

describe('a request over a connection of its own', () => {
  it('never takes one that an earlier request has left open', async () => {
    let connections = 0;
    const address = await listener((socket) => {
      connections += 1;
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    });
    const url = `http://${address}/`;
    for (const via of ['any', 'anyAnew', 'anyAnew'] as const) {
      expect(await send(request(url, { via }))).toMatchObject({ statusCode: 200, body: '{}' });
    }
    expect(connections).toBe(3);
  });
});
