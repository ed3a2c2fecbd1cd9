import { isIP } from 'node:net';
import type { Request, RequestHandler } from 'express';
import type { ApiDeps } from './context.ts';
import { Problem } from './problem.ts';

/** Finds the organization of the request's API key; what follows has it in `response.locals.orgId`. */
export function authenticate({ configuration }: ApiDeps): RequestHandler {
  return (request, response, next) => {
    const key = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
    if (key === undefined) throw unauthorized('Send an API key: `Authorization: Bearer <API key>`.');
    const found = configuration().authenticate(key);
    if (found === null) throw unauthorized('The API key is not known.');
    if (found.loopbackOnly && !isFromThisMachine(request)) {
      throw unauthorized('This key works only from the machine itself: configure another in outdial.yaml.');
    }
    response.locals.orgId = found.orgId;
    next();
  };
}

const unauthorized = (detail: string): Problem =>
  new Problem(401, 'Unauthorized', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="outdial"' } });

/** A proxy on this machine connects from it too, for anybody: what one of them forwards does not count. */
function isFromThisMachine(request: Request): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
    (name) => request.get(name) !== undefined,
  );
  return !isForwarded && isLoopback(request.socket.remoteAddress ?? '') && isLoopbackName(request.hostname);
}

/** A page in the developer's browser reaches this machine too, under any name that it has resolve here. */
const isLoopbackName = (host = ''): boolean => host === 'localhost' || isLoopback(host.replace(/^\[|\]$/g, ''));

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return isIP(plain) !== 0 && (plain === '::1' || plain.startsWith('127.'));
}
