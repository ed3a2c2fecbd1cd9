import { join } from 'node:path';
import type { Logger } from 'pino';
import type { TrunkConfig } from '../config/schema.ts';
import type { AttemptAddress } from '../contract/dialer-event.ts';
import type { Dialer } from '../dialers/dialer.ts';
import { HttpDialer } from '../dialers/http/dialer.ts';
import { LiveKitDialer } from '../dialers/livekit/dialer.ts';
import type { ProviderEvents } from '../dialers/provider-events.ts';
import { createSimulator } from '../dialers/simulator/dialer.ts';
import { TwilioDialer } from '../dialers/twilio/dialer.ts';

/** What a dialer has of its process. */
export interface DialerDeps {
  /** Where a simulator keeps its ledger unless it names another place. */
  readonly dataDir: string;
  readonly events: ProviderEvents;
  /** What stands for an attempt, for a provider that tells events to one address for all. */
  readonly token: (attempt: AttemptAddress) => Promise<string>;
  /** Where an attempt's provider is to tell its events: ends with its token. */
  readonly callbackUrl: (attempt: AttemptAddress) => Promise<string>;
  readonly log: Logger;
}

/** The dialer that a trunk is configured with. */
export function makeDialer({ orgId, name, dialer }: TrunkConfig, deps: DialerDeps): Dialer {
  switch (dialer.type) {
    case 'simulator': {
      const ledgerPath = dialer.ledger ?? join(deps.dataDir, `ledger-${orgId}-${name}.jsonl`);
      return createSimulator({ trunk: name, ledgerPath, speed: dialer.speed });
    }
    case 'http':
      return new HttpDialer({ ...deps, trunk: { orgId, trunk: name }, config: dialer });
    case 'livekit':
      return new LiveKitDialer({ ...dialer, orgId, trunk: name, events: deps.events, token: deps.token });
    case 'twilio':
      return new TwilioDialer({ ...deps, trunk: { orgId, trunk: name }, config: dialer });
  }
}
