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

/** Whether it says where a call is to be connected to, a media stream or a SIP address, and is no name of an agent. */
export const isAgentAddress = (voiceAgent: string): boolean =>
  STREAM_ADDRESS.test(voiceAgent) || SIP_ADDRESS.test(voiceAgent);

/** How long LiveKit lets a telephone ring before it gives the request up, in milliseconds: measured. */
const LONGEST_LIVEKIT_RINGING_MS = 80_000;

/** What the dialer of a trunk has against an agent that calls through it: who is rung would hear nothing. */
export function checkAgentForDialer(
  { voiceAgent, ringTimeout }: DialerAgent,
  trunk: DialerTrunk,
  path: Path,
): Mistake[] {
  const type = trunk.dialer?.type;
  const mistakes: Mistake[] = [];
  const add = (field: keyof DialerAgent, message: string): void =>
    void mistakes.push({ path: [...path, field], message });
  if (voiceAgent !== null && type === 'twilio' && !isAgentAddress(voiceAgent)) add('voiceAgent', TWILIO_AGENT);
  if (voiceAgent !== null && type === 'livekit' && isAgentAddress(voiceAgent)) add('voiceAgent', LIVEKIT_AGENT);
  // Told, not cut short.
  if (type === 'livekit' && (ringTimeout ?? 0) > LONGEST_LIVEKIT_RINGING_MS) add('ringTimeout', LIVEKIT_RINGING);
  return mistakes;
}

const TWILIO_AGENT =
  'expected the wss:// address (without a query) or the SIP address of an agent, since its trunk is Twilio’s';
const LIVEKIT_AGENT = 'expected the name under which an agent is registered at LiveKit, since its trunk is LiveKit’s';
const LIVEKIT_RINGING = `expected at most ${LONGEST_LIVEKIT_RINGING_MS / 1_000}s: a trunk of type livekit rings no longer`;
