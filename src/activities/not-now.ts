import type { Plan } from '../contract/call.ts';
import type { Outcome } from '../contract/placement.ts';
import { toInstant } from '../domain/instant.ts';

/** Holds a call back until its plan. @param now what the worker's clock showed, in milliseconds since the epoch */
export const notNow = (plan: Plan, now: number): Outcome => ({ kind: 'not-now', plan, askedTime: toInstant(now) });
