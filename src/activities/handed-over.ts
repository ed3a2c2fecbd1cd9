import { ApplicationFailure } from '@temporalio/activity';

/** This worker lets go of an attempt: its workflow asks the next one to go on with it. */
export const handedOver = (why: string): ApplicationFailure => ApplicationFailure.retryable(why, 'HandedOver');
