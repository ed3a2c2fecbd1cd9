import type { CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { TwilioConfig } from '../../config/schema.ts';

type Callbacks = Pick<
  CallListInstanceCreateOptions,
  | 'statusCallback'
  | 'statusCallbackMethod'
  | 'statusCallbackEvent'
  | 'asyncAmdStatusCallback'
  | 'asyncAmdStatusCallbackMethod'
>;

/**
 * What Twilio is to tell of a call: that it is on its way, under which SID; that it was answered; and how it ended. With
 * machine detection its result is told in place of the answer, which a look at the call shows within a second anyway: of
 * each kind of event, only the first is kept.
 */
export function callbacksFor(url: string, { machineDetection }: Pick<TwilioConfig, 'machineDetection'>): Callbacks {
  const told: Callbacks = { statusCallback: url, statusCallbackMethod: 'POST' };
  if (!machineDetection) return { ...told, statusCallbackEvent: ['initiated', 'answered', 'completed'] };
  return {
    ...told,
    statusCallbackEvent: ['initiated', 'completed'],
    asyncAmdStatusCallback: url,
    asyncAmdStatusCallbackMethod: 'POST',
  };
}

/**
 * Whether Twilio can reach an address: not one of this machine, unless its API is said to be here as well. It refuses calls
 * whose callbacks go to no valid host.
 */
export function canBeTold(url: string, { apiUrl }: Pick<TwilioConfig, 'apiUrl'>): boolean {
  const { hostname } = new URL(url);
  const isOfThisMachine = /^(localhost|127\..*|0\.0\.0\.0|\[::1?\])$/.test(hostname);
  return apiUrl !== null || !isOfThisMachine;
}
