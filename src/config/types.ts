import type { CountryCode } from 'libphonenumber-js/min';
import type { RetryPolicy } from '../contract/call.ts';
import type { ContactRules } from '../contract/contact.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { WebhookKind } from '../contract/webhook.ts';

export type { ContactRules } from '../contract/contact.ts';

/** What shares a deployment with others and sees nothing of them. Its API keys are kept apart, as hashes. */
export interface OrganizationConfig {
  readonly orgId: string;
  /** Keys of `additionalData` that calls can be searched by. @default `campaignId` alone */
  readonly searchable: readonly string[];
  /** Outer limits, in the recipient's time zone, that no agent's schedule can pass; null is none. */
  readonly legalHours: Schedule | null;
  /** Whether webhooks may go to private and loopback addresses. @default false */
  readonly allowPrivateWebhooks: boolean;
  /** For agents that set none; null is none. */
  readonly contactRules: ContactRules | null;
}

/** How a trunk places calls. A union by `type`: one member for each dialer. */
export type DialerConfig = SimulatorConfig | HttpDialerConfig | LiveKitConfig | TwilioConfig;

/** Dials nobody: calls ring, are answered and end by themselves. */
export interface SimulatorConfig {
  readonly type: 'simulator';
  /** How many times as fast as real calls its calls pass. @default 1 */
  readonly speed: number;
  /** The file in which it keeps what it dialed, as a carrier would, as written in `outdial.yaml`; null is one of its own for
   * each trunk, in the data directory. */
  readonly ledger: string | null;
}

/** Dials through the SIP bridge of a LiveKit server, and sends for one of its voice agents first. */
export interface LiveKitConfig {
  readonly type: 'livekit';
  /** http, https, ws or wss. */
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** LiveKit's ID of an outbound trunk. */
  readonly sipTrunkId: string;
  /** The name under which the voice agent is registered, for agents that name no `voiceAgent`. */
  readonly agentName: string;
}

/**
 * Dials through a voice platform that speaks docs/http-dialer.md. In the two addresses of a call, `{identity}` stands for the
 * attempt's identity and `{id}` for the platform's own ID of it.
 */
export interface HttpDialerConfig {
  readonly type: 'http';
  /** Where calls are posted to. */
  readonly url: string;
  /** Sent with every request; they may hold credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs every request as Standard Webhooks has it; null leaves it unsigned. */
  readonly secret: string | null;
  /** Where it can be asked how a call stands; null where it tells by itself alone. */
  readonly statusUrl: string | null;
  /** Where it is asked to hang up. */
  readonly hangUpUrl: string;
}

/** Calls through Twilio's REST API; who answers is connected to the agent. A trunk with it has a `callerId`. */
export interface TwilioConfig {
  readonly type: 'twilio';
  readonly accountSid: string;
  /** Signs what Twilio tells of calls; without an `apiKey`, requests are made with it, too. */
  readonly authToken: string;
  /** With `apiSecret`: what requests are made with; null is account and `authToken`. */
  readonly apiKey: string | null;
  readonly apiSecret: string | null;
  /** The agent: its media stream (a wss:// address), or its SIP address. An agent's `voiceAgent` stands in its place. */
  readonly connect: { readonly stream: string } | { readonly sip: string };
  /** Whether Twilio listens for answering machines, beside the agent. @default false */
  readonly machineDetection: boolean;
  /** Where Twilio handles the calls (`ie1`), and where they enter its network (`dublin`); null is Twilio's own choice. */
  readonly region: string | null;
  readonly edge: string | null;
  /** Where Twilio's API is reached, for a proxy or a stand-in; null is Twilio's own address. */
  readonly apiUrl: string | null;
}

/** A way out to the telephone network. */
export interface TrunkConfig {
  readonly orgId: string;
  readonly name: string;
  /** Calls at once, 1 to 10,000. */
  readonly lines: number;
  /** The most dials a second, 0.5 being one every two seconds; null is no limit. */
  readonly callsPerSecond: number | null;
  /** Null leaves it to the provider. */
  readonly callerId: string | null;
  /** `e164`: phone numbers and SIP URIs; `any`: whatever the provider understands. @default e164 */
  readonly endpoints: 'e164' | 'any';
  /** The only countries that it calls, ISO 3166-1 alpha-2; null is all. */
  readonly allowedCountries: readonly CountryCode[] | null;
  /** The only caller IDs, beside its own, that a call may ask for; null is any. */
  readonly callerIds: readonly string[] | null;
  readonly dialer: DialerConfig;
}

/** Where something is told to by HTTP. */
export interface WebhookConfig {
  /** http or https. */
  readonly url: string;
  /** Sent with every request; they may hold credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs every request as Standard Webhooks has it; null leaves it unsigned. */
  readonly secret: string | null;
}

/** Who is told of the dial, the end of a call and the end of a batch; null where nobody is. */
export type WebhooksConfig = Readonly<Record<WebhookKind, WebhookConfig | null>>;

/** Who is asked, just before dialing, whether a call may go out. */
export interface PredialConfig extends WebhookConfig {
  /** What it means when no answer comes within 3 s. @default go */
  readonly onTimeout: 'go' | 'wait';
}

/** A voice AI agent: whom it calls when, how often, and through which trunk. */
export interface AgentConfig {
  readonly orgId: string;
  readonly agentId: string;
  /** For people. */
  readonly name: string;
  /** A disabled agent takes no new calls and holds those it has. @default true */
  readonly isEnabled: boolean;
  /** The name of a trunk of the same organization. */
  readonly trunk: string;
  /** What it is called at its trunk's provider (see the dialer); null is the trunk's own. */
  readonly voiceAgent: string | null;
  /** A mustache template of variables only. */
  readonly prompt: string | null;
  /** Whether a call without a value for one of the prompt's variables is refused; else it is empty. @default false */
  readonly requireVariables: boolean;
  /** Variables for the prompt, which a call's own override key by key. @default none */
  readonly additionalData: Readonly<Record<string, unknown>>;
  /** For phone numbers without +; null refuses them. */
  readonly defaultCountry: CountryCode | null;
  /** The zone of calls that name none: the schedule's, else the agent's own, else UTC. */
  readonly timezone: string;
  /** From when a call may go out to the deadline of one that names none, in milliseconds. @default 24h */
  readonly defaultDeadlineMs: number;
  /** Voicemail ends the call as Completed, or counts as an attempt to be retried. @default complete */
  readonly onVoicemail: 'complete' | 'retry';
  /** When its recipients may be called, within the organization's legal hours; null is always. */
  readonly schedule: Schedule | null;
  /** Without `retry` in the file a call is attempted once. */
  readonly retry: RetryPolicy;
  readonly webhooks: WebhooksConfig;
  readonly predialWebhook: PredialConfig | null;
  /** Where it sets some, with the organization's for those that it leaves out; null is none. */
  readonly contactRules: ContactRules | null;
  /** How long it may ring, in milliseconds, 5s to 5m. @default 45s */
  readonly ringTimeoutMs: number;
  /** How long a call may last once answered, in milliseconds, 1s to 24h. @default 1h */
  readonly maxDurationMs: number;
}
