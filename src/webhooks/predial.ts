import { z } from 'zod';
import type { Configuration } from '../config/configuration.ts';
import type { CallFacts } from '../contract/call.ts';
import { NoAnswer } from './post.ts';
import { signedPost } from './signed-post.ts';

/** How long the pre-dial check has to answer, in milliseconds: a line waits meanwhile. */
const PREDIAL_TIMEOUT_MS = 3_000;

/** As much of a reason as is kept, in characters. */
const LONGEST_REASON = 200;

/** The attempt that is about to be dialed. */
export interface PredialQuestion extends Pick<CallFacts, 'orgId' | 'agentId' | 'endpoint' | 'additionalData'> {
  readonly callId: string;
  readonly attempt: number;
}

/** `wait`: no answer came, and the agent's calls wait for one. */
export type PredialAnswer =
  { readonly kind: 'go' } | { readonly kind: 'wait' } | { readonly kind: 'no'; readonly reason: string | null };

const GO: PredialAnswer = { kind: 'go' };

const refusal = z.object({ allow: z.literal(false), reason: z.string().nullish().catch(null) });

/** Asks the agent's pre-dial check, where it has one: only an answer that says `{"allow": false}` holds a call back. */
export async function askPredial(configuration: Configuration, question: PredialQuestion): Promise<PredialAnswer> {
  const { orgId, agentId, callId, attempt, endpoint, additionalData } = question;
  const agent = configuration.agent(orgId, agentId);
  if (agent?.predialWebhook == null) return GO;
  const webhook = agent.predialWebhook;
  const { onTimeout } = webhook;
  const body = JSON.stringify({
    type: 'PreDialWebHookPayload',
    status: 'Queued',
    callId,
    agentId,
    orgId,
    endpoint,
    callAdditionalData: additionalData,
    agentAdditionalData: agent.additionalData,
    attempt,
  });
  const id = `predial-${callId}-${attempt}`;
  try {
    const message = { orgId, webhook, id, body, now: Date.now(), timeoutMs: PREDIAL_TIMEOUT_MS };
    const { body: answer } = await signedPost(configuration, message);
    return answer === null ? { kind: onTimeout } : readAnswer(answer);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { kind: onTimeout };
  }
}

function readAnswer(body: string): PredialAnswer {
  const parsed = refusal.safeParse(parseJson(body));
  if (!parsed.success) return GO;
  return { kind: 'no', reason: parsed.data.reason?.slice(0, LONGEST_REASON) ?? null };
}

function parseJson(text: string): unknown {
  try {
    // RFC 8259, 8.1: some servers begin with a byte order mark, and a no is a no.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}
