// Ends of calls that LiveKit does not tell: they are ours, the agent's, or nobody's.
import type { Classified } from './classify.ts';
import { ANSWERED } from './look-back.ts';

export const HUNG_UP: Classified = { disposition: 'no-answer', providerCode: null, errorMessage: null };

export const VOICEMAIL: Classified = { ...ANSWERED, disposition: 'voicemail' };

/** It rang: so it costs an attempt, unlike an agent that never came. */
export const AGENT_LEFT: Classified = {
  disposition: 'failed',
  providerCode: null,
  errorMessage: 'The voice agent left the room while the telephone rang',
};

export const LEFT_ALONE: Classified = {
  disposition: 'failed',
  providerCode: null,
  errorMessage: 'The voice agent left the person alone on the line',
};

export const LOST: Classified = {
  disposition: 'uncertain',
  providerCode: null,
  errorMessage: 'The LiveKit server that had the call is gone',
};

export const UNSEEN: Classified = {
  disposition: 'uncertain',
  providerCode: null,
  errorMessage: 'The call must be over, and LiveKit could not be asked how it ended',
};
