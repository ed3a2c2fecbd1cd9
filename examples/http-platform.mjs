// A toy voice platform for the `http` dialer: see docs/http-dialer.md. It calls nobody. The last digit of a number says how its
// calls end (0 leaves it to chance), the digit before it for how many seconds somebody talks (0: until they are hung up).
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const { PORT = 9090, TOKEN = '', SECOND_MS = 1000 } = process.env;
const ENDS = 'answered busy no-answer declined voicemail invalid-number unreachable carrier-rejected failed'.split(' ');
const REFUSALS = { 'invalid-number': 422, 'carrier-rejected': 429 };
const calls = new Map(); // By identity. A real platform writes a call to its database before it dials.

async function report(call, event, more = {}) {
  const time = new Date().toISOString();
  Object.assign(call.state, { status: event, [`${event}Time`]: time, ...more });
  for (let pause = 1; pause < 600; pause *= 2) {
    const body = JSON.stringify({ event, time, ...more });
    const answer = await fetch(call.callback.url, { method: 'POST', body }).catch(() => null);
    if (answer !== null && answer.status < 500) return;
    await sleep(pause * SECOND_MS);
  }
}

async function dial(call, end) {
  const passes = (seconds) => sleep(seconds * SECOND_MS, true, { signal: call.hangUp.signal }).catch(() => false); // false: hung up
  report(call, 'ringing');
  const isPickedUp = await passes(end === 'no-answer' ? call.ringTimeoutSeconds : 1);
  if (!isPickedUp) return report(call, 'ended', { disposition: 'no-answer' });
  if (end !== 'answered' && end !== 'voicemail') return report(call, 'ended', { disposition: end });
  report(call, 'answered');
  await passes(Number(call.endpoint.at(-2)) || call.maxDurationSeconds);
  const transcription = `Agent: ${call.prompt ?? 'Hello'}\nPerson: Goodbye`;
  const { id, answeredTime } = call.state;
  report(call, 'ended', { disposition: end, answeredTime, recordId: `rec-${id}`, transcription });
}

createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status).end(JSON.stringify(body));
  const text = (await request.toArray()).join('');
  const key = request.headers['idempotency-key'];
  console.log(request.method, request.url, key ?? '');
  if (TOKEN !== '' && request.headers.authorization !== `Bearer ${TOKEN}`)
    return answer(401, { message: 'Wrong token' });
  if (request.url === '/calls' && !calls.has(key)) {
    const call = { ...JSON.parse(text), hangUp: new AbortController() };
    const end = ENDS[(Number(call.endpoint.at(-1)) || 1 + Math.floor(Math.random() * 9)) - 1];
    if (end in REFUSALS) return answer(REFUSALS[end], { disposition: end, message: 'As its last digit has it' });
    call.state = { id: `toy-${calls.size + 1}`, status: 'dialing', startedTime: new Date().toISOString() };
    calls.set(key, call);
    dial(call, end);
  }
  const [, , identity = key, action] = request.url.split('/'); // /calls, /calls/{identity}, /calls/{identity}/hangup
  const call = calls.get(identity);
  if (call === undefined) return answer(404, { message: 'Never heard of it' });
  if (action === 'hangup') call.hangUp.abort();
  answer(200, call.state);
}).listen(Number(PORT), '127.0.0.1', function () {
  console.log(`A voice platform listens on http://127.0.0.1:${this.address().port}`);
});
