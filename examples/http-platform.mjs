// A toy voice platform for the `http` dialer: see docs/http-dialer.md. It calls nobody. The last digit of a number says how its
// calls end (0 is busy, too), the digit before it for how many seconds somebody talks (0: until they are hung up).
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const { PORT = 9090, SECOND_MS = 1000 } = process.env;
const HOW = ' answered busy no-answer declined voicemail invalid-number unreachable carrier-rejected failed'.split(' ');
const calls = new Map(); // By identity. A real platform writes a call to its database before it dials.

async function report({ callback, state }, event, more = {}) {
  const time = new Date().toISOString();
  Object.assign(state, { status: event, [`${event}Time`]: time, ...more });
  const body = JSON.stringify({ event, time, ...more });
  for (let pause = 1; pause < 600; pause *= 2) {
    const answer = await fetch(callback.url, { method: 'POST', body }).catch(() => null);
    if (answer?.status < 500) return;
    await sleep(pause * SECOND_MS);
  }
}

async function dial(call) {
  const passes = (seconds) => sleep(seconds * SECOND_MS, true, { signal: call.hangUp.signal }).catch(() => false); // Hung up.
  report(call, 'ringing');
  const isUp = await passes(call.endpoint.endsWith('3') ? call.ringTimeoutSeconds : 1); // To 3, nobody answers.
  const disposition = isUp ? HOW[call.endpoint.at(-1)] || 'busy' : 'no-answer';
  if (!/answered|voicemail/.test(disposition)) return report(call, 'ended', { disposition });
  report(call, 'answered');
  await passes(Number(call.endpoint.at(-2)) || call.maxDurationSeconds);
  const { id, answeredTime } = call.state;
  report(call, 'ended', { disposition, answeredTime, recordId: `rec-${id}`, transcription: `Agent: ${call.prompt}` });
}

createServer(async (request, response) => {
  const body = (await request.toArray()).join('');
  const key = request.headers['idempotency-key'];
  const [, , identity = key, action] = request.url.split('/'); // /calls, /calls/{identity}, /calls/{identity}/hangup
  console.log(request.method, request.url, key ?? '');
  if (key !== undefined && !calls.has(key)) {
    const state = { id: `toy-${calls.size + 1}`, status: 'dialing', startedTime: new Date().toISOString() };
    calls.set(key, { ...JSON.parse(body), state, hangUp: new AbortController() });
    dial(calls.get(key));
  }
  if (action === 'hangup') calls.get(identity)?.hangUp.abort();
  response.writeHead(calls.has(identity) ? 200 : 404).end(JSON.stringify(calls.get(identity)?.state ?? {}));
}).listen(Number(PORT), '127.0.0.1', function () {
  console.log(`A voice platform listens on http://127.0.0.1:${this.address().port}`);
});
