import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { ApiDeps } from '../../../src/api/context.ts';
import { answerProblems } from '../../../src/api/errors.ts';
import { dialerEventRoutes } from '../../../src/api/routes/dialer-events.ts';
import { LARGEST_EVENT_BYTES } from '../../../src/contract/dialer-event.ts';

it('An event that is too large is refused in words for whoever tells events', async () => {
  const app = express();
  // It is refused before anything is asked of the rest.
  app.use('/dialer-events', dialerEventRoutes({} as ApiDeps), answerProblems(pino({ level: 'silent' })));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dialer-events/token`;
  const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(LARGEST_EVENT_BYTES + 1) });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({
    detail: 'An event is at most 1 MB: leave its transcript out, or shorten it.',
  });
  server.close();
});
