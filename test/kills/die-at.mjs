/**
 * Loaded before a worker (`node --import`): notes what the worker asks of the outside, a line for each step in the file
 * `DIE_LOG`, and has the process die, as by `kill -9`, at the step that `DIE_AT` names, once SIGUSR2 has come.
 *
 * Steps are the requests over gRPC that `placeCall` makes, before and after; those over HTTP, before they are sent, when they
 * are on their way, and when they are answered; and what the simulator writes, before and after.
 */
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import http2 from 'node:http2';
import { syncBuiltinESMExports } from 'node:module';

const dieAt = process.env.DIE_AT;
const log = process.env.DIE_LOG ?? '';
const append = fs.appendFileSync;
const ARMED = 'armed';
let isArmed = false;
const times = new Map();

process.on('SIGUSR2', () => {
  isArmed = true;
  append(log, `${ARMED}\n`);
});

function step(name) {
  if (!isArmed) return append(log, `before: ${name}\n`);
  times.set(name, (times.get(name) ?? 0) + 1);
  const numbered = `${name} (${times.get(name)})`;
  append(log, `${numbered}\n`);
  if (numbered === dieAt) process.kill(process.pid, 'SIGKILL');
}

const METHODS = /(SignalWorkflowExecution|DescribeWorkflowExecution|QueryWorkflow)$/;
const connect = http2.connect;
http2.connect = function (...args) {
  const session = connect.apply(this, args);
  const request = session.request;
  session.request = function (headers, ...rest) {
    const method = METHODS.exec(String(headers[':path']))?.[1];
    if (method !== undefined) step(`${method}: about to be asked`);
    const stream = request.call(this, headers, ...rest);
    if (method !== undefined) stream.once('response', () => step(`${method}: answered`));
    return stream;
  };
  return session;
};

subscribe('http.client.request.start', ({ request }) => {
  const name = `${request.method} over HTTP`;
  step(`${name}: about to be sent`);
  request.once('finish', () => step(`${name}: on its way`));
  request.once('response', () => step(`${name}: answered`));
});
subscribe('undici:request:create', ({ request }) => step(`${request.method} by fetch: about to be sent`));
subscribe('undici:request:bodySent', ({ request }) => step(`${request.method} by fetch: on its way`));
subscribe('undici:request:headers', ({ request }) => step(`${request.method} by fetch: answered`));

fs.appendFileSync = function (path, data, ...rest) {
  const isPlace = typeof data === 'string' && data.includes('"event":"place"');
  if (isPlace) step('the simulator: about to be asked');
  append.call(this, path, data, ...rest);
  if (isPlace) step('the simulator: asked');
};
syncBuiltinESMExports();
