import type { Client } from '@temporalio/client';
import type { AgentConfig, TrunkConfig } from '../config/schema.ts';
import type { DialerEvent } from '../contract/dialer-event.ts';
import type { Tried, WebhookEvent } from '../contract/webhook.ts';
import type { PredialAnswer, PredialQuestion } from '../webhooks/predial.ts';
import type { Dialer } from '../dialers/dialer.ts';
import type { FreezeDetector } from '../lines/freeze-detector.ts';
import type { LineRegistry } from '../lines/line-registry.ts';
import type { Outage } from '../lines/outage.ts';
import type { Pace } from '../lines/pace.ts';
import type { Tenure } from '../lines/tenure.ts';
import type { BatchGate } from './batch-gate.ts';
import type { Contacts } from './contacts.ts';
import type { Logger } from 'pino';

/** What `placeCall` and `takeOver` need of the process that hosts their trunk. */
export interface TrunkHost {
  readonly client: Client;
  readonly dialer: Dialer;
  readonly lines: LineRegistry;
  readonly pace: Pace;
  readonly outage: Outage;
  readonly tenure: Tenure;
  readonly freezes: FreezeDetector;
  readonly log: Logger;
  /** The trunk as configured now; undefined once it is gone from the configuration. */
  trunk(): TrunkConfig | undefined;
  /** How a batch stands now, or stood a moment ago. */
  batchGate(batchId: string): Promise<BatchGate>;
  /** Whether the trunk is paused now, or was a moment ago. */
  isPaused(): Promise<boolean>;
  readonly contacts: Contacts;
  /** An agent of the trunk's organization as configured now. */
  agent(agentId: string): AgentConfig | undefined;
  /** Sends an event to its agent's webhook, once. */
  tellWebhook(event: WebhookEvent): Promise<Tried>;
  /** Asks an agent's pre-dial check whether a call may go out now. */
  askPredial(question: PredialQuestion): Promise<PredialAnswer>;
  /** Hands an event of the trunk's provider to its dialer. */
  hear(event: DialerEvent): void;
  /** Keeps a line for a call that is live at the carrier and that nobody here follows, until it ends. */
  watch(identity: string): void;
}
