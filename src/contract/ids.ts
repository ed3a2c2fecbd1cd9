/** Names of workflows and attempts, each with its inverse where one is needed. No ID has `:` or `/`: the Web UI breaks on both. */

/** `acme`, `demo` → `trunk-acme-demo`: the ID of the `trunkLines` workflow, and the name of the trunk's task queue. */
export const trunkWorkflowId = (orgId: string, trunk: string): string => `trunk-${orgId}-${trunk}`;

/** The ID of a batch's page, from 0. */
export const pageId = (batchId: string, page: number): string => `${batchId}-page-${page}`;

/** The batch that a page's ID names; null for what is no page. */
export const batchOfPage = (id: string): string | null => /^(.+)-page-\d+$/.exec(id)?.[1] ?? null;

/** The ID of a batch's call: its index is its place in the request. */
export const batchCallId = (batchId: string, index: number): string => `${batchId}-${index}`;

/** The batch and index that a call's ID names; null for a call of its own. */
export function parseCallId(callId: string): { batchId: string; index: number } | null {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{1,6})$/.exec(callId);
  return match?.[1] === undefined ? null : { batchId: match[1], index: Number(match[2]) };
}

/** What an attempt is called at its carrier: never used for a second dial. */
export const attemptIdentity = (callId: string, attempt: number): string => `${callId}.${attempt}`;

/** The call of an {@link attemptIdentity}. */
export const callIdOf = (identity: string): string => identity.slice(0, identity.lastIndexOf('.'));

/** The attempt's number of an {@link attemptIdentity}, from 1. */
export const attemptOf = (identity: string): number => Number(identity.slice(identity.lastIndexOf('.') + 1));

/** The delivery of one webhook's event, of a call or of a batch. */
export const webhookId = (id: string, event: string): string => `webhook-${id}-${event}`;

/** One endpoint of an organization: `hash` is that of its calls' `EndpointHash`. */
export const contactWorkflowId = (orgId: string, hash: string): string => `contact-${orgId}-${hash}`;

/** An organization's do-not-call list. */
export const suppressionListId = (orgId: string): string => `suppressions-${orgId}`;

/** One import into it. */
export const suppressionImportId = (orgId: string, importId: string): string =>
  `suppression-import-${orgId}-${importId}`;

/** One event that a provider has told of an attempt. */
export const dialerEventId = (identity: string, event: string): string => `dialer-${identity}-${event}`;
