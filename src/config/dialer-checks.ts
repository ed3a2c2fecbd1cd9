import { type Mistake, type Path } from './path.ts';
import { SIP_ADDRESS, STREAM_ADDRESS } from './twilio-schema.ts';

/** A trunk and an agent, as far as a dialer asks more of them than their own fields say; null is not understood. */
export interface DialerTrunk {
  readonly dialer: { readonly type: string | null } | null;
  readonly callerId?: unknown;
}
export interface DialerAgent {
  readonly voiceAgent: string | null;
  /** In milliseconds. */
  readonly ringTimeout: number | null;
}

const CALLER_ID =
  'expected a caller ID, one of the account’s numbers or a verified one: Twilio places no call without (say it here even where every call brings its own)';

/** What a trunk's dialer needs of its trunk. */
export const checkTrunkForDialer = ({ dialer, callerId }: DialerTrunk, path: Path): Mistake[] =>
  dialer?.type === 'twilio' && callerId === undefined ? [{ path: [...path, 'callerId'], message: CALLER_ID }] : [];

/** Where Twilio can connect a call to: a media stream, or a SIP address. */
const isTwilioAgent = (voiceAgent: string): boolean => STREAM_ADDRESS.test(voiceAgent) || SIP_ADDRESS.test(voiceAgent);

/** How long LiveKit lets a telephone ring before it gives the request up, in milliseconds: measured. */
const LONGEST_LIVEKIT_RINGING_MS = 80_000;

/** What the dialer of an agent's trunk makes of the agent. */
export function checkAgentForDialer(
  { voiceAgent, ringTimeout }: DialerAgent,
  trunk: DialerTrunk,
  path: Path,
): Mistake[] {
  const type = trunk.dialer?.type;
  if (type === 'twilio' && voiceAgent !== null && !isTwilioAgent(voiceAgent)) {
    return [{ path: [...path, 'voiceAgent'], message: TWILIO_AGENT }];
  }
  // Told, not cut short.
  if (type === 'livekit' && ringTimeout !== null && ringTimeout > LONGEST_LIVEKIT_RINGING_MS) {
    return [{ path: [...path, 'ringTimeout'], message: LIVEKIT_RINGING }];
  }
  return [];
}

const TWILIO_AGENT =
  'expected the wss:// address (without a query) or the SIP address of an agent, since its trunk is Twilio’s';
const LIVEKIT_RINGING = `expected at most ${LONGEST_LIVEKIT_RINGING_MS / 1_000}s: a trunk of type livekit rings no longer`;
