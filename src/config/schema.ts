import { z } from 'zod';
import { agent } from './agent-schema.ts';
import { mapping } from './fields.ts';
import { DEVELOPMENT_ORGANIZATIONS, organization } from './organization-schema.ts';
import { trunk } from './trunk-schema.ts';

export type {
  AgentConfig,
  ContactRules,
  DialerConfig,
  HttpDialerConfig,
  LiveKitConfig,
  OrganizationConfig,
  PredialConfig,
  SimulatorConfig,
  TrunkConfig,
  TwilioConfig,
  WebhookConfig,
  WebhooksConfig,
} from './types.ts';

/**
 * The whole of `outdial.yaml`, its values resolved to what the program works with. What its parts say about each other
 * is checked in `cross-checks.ts`. Trunks and agents have to be there, if only as empty lists: a file that an editor has
 * just emptied must not pass for a deployment without agents.
 */
export const configurationSchema = mapping({
  organizations: z
    .array(organization)
    .min(1)
    .default([...DEVELOPMENT_ORGANIZATIONS]),
  trunks: z.array(trunk),
  agents: z.array(agent),
});

export type ParsedConfiguration = z.output<typeof configurationSchema>;
