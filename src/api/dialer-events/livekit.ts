import { decodeJwt } from 'jose';
import { type WebhookEvent, WebhookReceiver } from 'livekit-server-sdk';
import { readAttemptToken } from '../../config/attempt-token.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { LiveKitConfig, TrunkConfig } from '../../config/schema.ts';
import { type AttemptAddress, type DialerEvent, TOKEN_ATTRIBUTE } from '../../contract/dialer-event.ts';
import { toInstant } from '../../domain/instant.ts';
import { Problem } from '../problem.ts';

/** What LiveKit has sent, and what it is read with. */
export interface LiveKitRequest {
  /** As it came over the wire. */
  readonly body: string;
  /** A token that bears the body's hash, signed with the secret of an API key. */
  readonly authorization: string | undefined;
  readonly configuration: Configuration;
  /** Under which attempts' tokens are made. */
  readonly secret: string;
}

/** An event, and whose attempt it is of. */
export interface AddressedEvent {
  readonly address: AttemptAddress;
  readonly event: DialerEvent;
}

/** What tells that a participant is gone: orderly, or without ever having been really there. */
const LEFT = ['participant_left', 'participant_connection_aborted'];

/**
 * Reads what a LiveKit server tells by itself: that the person of an attempt has left the room. A server has one address for
 * all events of a project; null for those of other rooms, of other programs and of another Outdial's attempts.
 *
 * @throws Problem 401 for what no LiveKit of the configuration has signed
 */
export async function readLiveKitEvent(sent: LiveKitRequest): Promise<AddressedEvent | null> {
  const { trunks, webhook } = await verified(sent);
  const { event: name, participant, createdAt } = webhook;
  if (!LEFT.includes(name) || participant === undefined) return null;
  const address = await readAttemptToken(sent.secret, participant.attributes[TOKEN_ATTRIBUTE] ?? '');
  // Who has the credentials of one project tells nothing of the calls of another.
  if (!trunks.some(({ orgId, name }) => orgId === address?.orgId && name === address.trunk) || address === null)
    return null;
  const data = { status: participant.attributes['sip.callStatus'] ?? null, reason: participant.disconnectReason };
  const { identity } = address;
  return { address, event: { identity, name: 'ended', time: toInstant(timeOf(createdAt)), data } };
}

/** LiveKit says it in whole seconds, and mostly tells it at once: then it is now. */
function timeOf(createdAt: bigint): number {
  const endOfSecond = Number(createdAt) * 1_000 + 999;
  return createdAt === 0n ? Date.now() : Math.min(Date.now(), endOfSecond);
}

/** An event, with the trunks whose API key it is signed with. */
async function verified({ body, authorization, configuration }: LiveKitRequest) {
  const issuer = issuerOf(authorization);
  const trunks: TrunkConfig[] = [];
  let webhook: WebhookEvent | null = null;
  for (const trunk of configuration.trunks) {
    if (!isLiveKit(trunk) || trunk.dialer.apiKey !== issuer) continue;
    const read = await receive(trunk.dialer, body, authorization);
    if (read !== null) trunks.push(trunk);
    webhook ??= read;
  }
  if (webhook === null) {
    throw new Problem(401, 'Unauthorized', 'Expected a webhook of LiveKit, signed with the API key of a trunk');
  }
  return { trunks, webhook };
}

const isLiveKit = (trunk: TrunkConfig): trunk is TrunkConfig & { readonly dialer: LiveKitConfig } =>
  trunk.dialer.type === 'livekit';

async function receive({ apiKey, apiSecret }: LiveKitConfig, body: string, authorization?: string) {
  try {
    return await new WebhookReceiver(apiKey, apiSecret).receive(body, authorization);
  } catch {
    return null;
  }
}

/** Whom a token claims to be from. Nothing is verified yet. */
function issuerOf(authorization = ''): string | undefined {
  try {
    return decodeJwt(authorization).iss;
  } catch {
    return undefined;
  }
}
