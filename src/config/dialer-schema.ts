import { z } from 'zod';
import { mapping, orNull, text } from './fields.ts';
import { httpDialer } from './http-schema.ts';
import { livekit } from './livekit-schema.ts';
import { twilio } from './twilio-schema.ts';
import type { DialerConfig, SimulatorConfig } from './types.ts';

const simulator = mapping({
  type: z.literal('simulator'),
  speed: z.number().positive().default(1),
  ledger: orNull(text),
}) satisfies z.ZodType<SimulatorConfig>;

/** How a trunk places calls: one mapping for each `type`. */
export const dialer = z.discriminatedUnion('type', [
  simulator,
  httpDialer,
  livekit,
  twilio,
]) satisfies z.ZodType<DialerConfig>;
