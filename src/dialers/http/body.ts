import { attemptOf, callIdOf } from '../../contract/ids.ts';
import type { DialRequest } from '../dialer.ts';

/** What a platform is posted of a call. @param callback where it is to tell of it: its last part is the attempt's token */
export function bodyOf(request: DialRequest, orgId: string, callback: string): object {
  const { identity, ringTimeoutMs, maxDurationMs, ...asked } = request;
  return {
    callId: callIdOf(identity),
    attempt: attemptOf(identity),
    identity,
    orgId,
    ...asked,
    ringTimeoutSeconds: Math.ceil(ringTimeoutMs / 1_000),
    maxDurationSeconds: Math.ceil(maxDurationMs / 1_000),
    callback: { url: callback, token: callback.slice(callback.lastIndexOf('/') + 1) },
  };
}
