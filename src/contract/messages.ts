import { rawValueTypeInfo, type RawValue, type SignalDefinition } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchProgress, HeldCall, HeldFilter, HeldList, SealAnswer } from './batch.ts';
import type { CallEdit, CallProgress, EditAnswer, Instant, Waiting } from './call.ts';
import type { ContactAnswer, ContactRecord, ContactRequest, Suppression } from './contact.ts';
import type { PageLoad } from './packed-page.ts';
import type { DialedVia } from './placement.ts';
import type { TrunkState } from './trunk.ts';
import type { Delivery } from './webhook.ts';

/** As many arguments as a signal is read for. */
const MOST_ARGUMENTS = 8;

/** A signal whose arguments arrive undecoded. */
export type TolerantSignal = SignalDefinition<(RawValue | undefined)[]>;

/**
 * A signal whose arguments arrive undecoded: a payload that cannot be read would otherwise fail the workflow task again and
 * again, and operators send these by hand. Its handler reads it with `readSignal`; send it by its name.
 */
const tolerantSignal = (name: string): TolerantSignal =>
  defineSignal<(RawValue | undefined)[]>(name, {
    typeInfo: { inputTypes: Array.from({ length: MOST_ARGUMENTS }, () => rawValueTypeInfo) },
  });

/** Ends a call: `{reason?, hangup?}`; a person who is talking is only hung up on with `hangup: true`. */
export const cancelCallSignal = tolerantSignal('cancelCall');
/** Changes a call that is not dialed yet. An operator may send anything: it is checked. */
export const editCallUpdate = defineUpdate<EditAnswer, [CallEdit]>('editCall');
/** Ours, of a batch that goes on and of a number that is free again: what held this call back may be over. */
export const wakeCallSignal = tolerantSignal('wakeCall');
/** Ours, of a trunk that follows its configuration: the calling hours of the call's agent are other ones, `{schedule}`. */
export const replanCallSignal = tolerantSignal('replanCall');
/** Ours, of `placeCall`: {@link DialingSignal}. */
export const dialingSignal = tolerantSignal('dialing');
/** Ours, of `placeCall` and `takeOver`: {@link AnsweredSignal}. */
export const answeredSignal = tolerantSignal('answered');
export const getCallQuery = defineQuery<CallProgress>('getCall');
export const getWaitingForQuery = defineQuery<Waiting | null>('getWaitingFor');

/** From now on the attempt counts as dialed. */
export interface DialingSignal {
  readonly placement: string;
  readonly attempt: number;
  readonly time: string;
  /** Workers of earlier versions do not say. */
  readonly via?: DialedVia | null;
}

/** Somebody, or something, has answered. */
export interface AnsweredSignal {
  readonly placement: string;
  readonly attempt: number;
  readonly time: string;
}

/** Stops new dials of a batch: `{reason?}`. */
export const pauseBatchSignal = tolerantSignal('pauseBatch');
export const resumeBatchSignal = tolerantSignal('resumeBatch');
/** Cancels a batch: `{reason?}`. */
export const cancelBatchSignal = tolerantSignal('cancelBatch');
export const getBatchQuery = defineQuery<BatchProgress>('getBatch');
/** The page, from 0, that holds the call of this place in the request; null where the batch does not know. */
export const getPageOfQuery = defineQuery<number | null, [number]>('getPageOf');
/** Answers once every page of the batch can be loaded. */
export const openPagesUpdate = defineUpdate<void>('openPages');
/** The batch is whole: its calls may start. */
export const sealBatchUpdate = defineUpdate<SealAnswer>('sealBatch');

/** Hands a page its calls, once: another load does nothing more. */
export const loadPageUpdate = defineUpdate<void, [PageLoad]>('loadPage');
/** Ours, of `callBatch`: the page may start its calls; `{planAnew: true}` by the calling hours as they are then. */
export const startCallsSignal = tolerantSignal('startCalls');
/** Ours, of a page to its batch: it has started its calls. */
export const pageStartedSignal = tolerantSignal('pageStarted');
/**
 * A call of this page that no workflow stands for, as of an instant, and of when the page was terminated, if it was; null
 * for one that has one, or is not of this page.
 */
export const getHeldCallQuery = defineQuery<HeldCall | null, [string, Instant, (Instant | null)?]>('getHeldCall');
/** The calls of this page that no workflow stands for. */
export const listHeldCallsQuery = defineQuery<HeldList, [HeldFilter]>('listHeldCalls');
/** Cancels a call whose workflow has not started; false where it has. */
export const cancelHeldCallUpdate = defineUpdate<boolean, [string]>('cancelHeldCall');
/** Changes a call whose workflow has not started; null where it has. */
export const editHeldCallUpdate = defineUpdate<EditAnswer | null, [string, CallEdit]>('editHeldCall');

/** Stops new dials on a trunk: `{reason?}`. */
export const pauseTrunkSignal = tolerantSignal('pauseTrunk');
export const resumeTrunkSignal = tolerantSignal('resumeTrunk');
/** Ours, of the trunk's host: what it goes by may have changed, `TrunkSettings`. */
export const trunkSettingsSignal = tolerantSignal('trunkSettings');
export const getTrunkQuery = defineQuery<TrunkState>('getTrunk');

/** Sends an event again: at once, whatever its delivery waits for. */
export const redeliverSignal = tolerantSignal('redeliver');
export const getDeliveryQuery = defineQuery<Delivery>('getDelivery');
/** Ours, of a batch to its pages: its calls were accepted, so whoever hears of calls is told of those that never start. */
export const tellCanceledSignal = tolerantSignal('tellCanceled');
/** Ours, of a batch to its pages: it gives up before its seal, so nobody is told of its calls. */
export const dropCallsSignal = tolerantSignal('dropCalls');

/** Asks for a number, right before it is dialed. Asking again with the same identity renews, and counts once. */
export const requestContactUpdate = defineUpdate<ContactAnswer, [ContactRequest]>('requestContact');
/** Ours, of `placeCall` and `takeOver`: the attempt is over. `ContactRelease` */
export const releaseContactSignal = tolerantSignal('releaseContact');
/** Puts a number on the do-not-call list, or gives it another reason: `{reason?}`. */
export const suppressContactUpdate = defineUpdate<Suppression, [{ readonly reason?: string | null }?]>(
  'suppressContact',
);
/** Takes a number off the do-not-call list; false where it is not on it. */
export const unsuppressContactUpdate = defineUpdate<boolean>('unsuppressContact');
export const getContactQuery = defineQuery<ContactRecord>('getContact');
