import { type Mistake, type Path } from './path.ts';

/** A trunk and an agent, as far as a dialer asks more of them than their own fields say; null is not understood. */
export interface DialerTrunk {
  readonly dialer: { readonly type: string | null } | null;
  readonly callerId?: unknown;
}
export interface DialerAgent {
  readonly voiceAgent: string | null;
}

const CALLER_ID =
  'expected a caller ID, one of the account’s numbers or a verified one: Twilio places no call without (say it here even where every call brings its own)';

/** What a trunk's dialer needs of its trunk. */
export const checkTrunkForDialer = ({ dialer, callerId }: DialerTrunk, path: Path): Mistake[] =>
  dialer?.type === 'twilio' && callerId === undefined ? [{ path: [...path, 'callerId'], message: CALLER_ID }] : [];

/** Where Twilio can connect a call to: a media stream, or a SIP address. */
export const isTwilioAgent = (voiceAgent: string): boolean => /^(wss:\/\/[^?#\s]+|sips?:[^?\s]+)$/.test(voiceAgent);

/** What the dialer of an agent's trunk makes of its `voiceAgent`. */
export const checkAgentForDialer = ({ voiceAgent }: DialerAgent, trunk: DialerTrunk, path: Path): Mistake[] =>
  trunk.dialer?.type !== 'twilio' || voiceAgent === null || isTwilioAgent(voiceAgent)
    ? []
    : [
        {
          path: [...path, 'voiceAgent'],
          message:
            'expected the wss:// address (without a query) or the SIP address of an agent, since its trunk is Twilio’s',
        },
      ];
