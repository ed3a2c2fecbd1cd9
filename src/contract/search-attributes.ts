import { defineSearchAttributeKey } from '@temporalio/common';

/** Outdial's search attributes, defined once. None holds a phone number in clear. */
export const ORG_ID = defineSearchAttributeKey('OrgId', 'KEYWORD');
export const AGENT_ID = defineSearchAttributeKey('AgentId', 'KEYWORD');
export const BATCH_ID = defineSearchAttributeKey('BatchId', 'KEYWORD');
export const TRUNK = defineSearchAttributeKey('Trunk', 'KEYWORD');
export const CALL_STATUS = defineSearchAttributeKey('CallStatus', 'KEYWORD');
/** What a call that is Pending waits for. */
export const WAITING_FOR = defineSearchAttributeKey('WaitingFor', 'KEYWORD');
export const DISPOSITION = defineSearchAttributeKey('Disposition', 'KEYWORD');
/** An HMAC of the normalized endpoint: finds every call to a number without telling it. */
export const ENDPOINT_HASH = defineSearchAttributeKey('EndpointHash', 'KEYWORD');
export const PRIORITY = defineSearchAttributeKey('Priority', 'INT');
export const NEXT_SCHEDULE_TIME = defineSearchAttributeKey('NextScheduleTime', 'DATETIME');
export const CALL_DEADLINE = defineSearchAttributeKey('CallDeadline', 'DATETIME');
/** `key=value` for the keys that the organization calls searchable. */
export const ADDITIONAL_DATA = defineSearchAttributeKey('AdditionalData', 'KEYWORD_LIST');
/** The longest text of {@link ADDITIONAL_DATA}, in characters: Temporal's visibility stores take 255. */
const MOST_SEARCHABLE = 255;

/** How {@link ADDITIONAL_DATA} has a variable, and how it is looked for; null for a value that is no scalar. */
export function searchablePair(key: string, value: unknown): string | null {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isScalar ? `${key}=${value}`.slice(0, MOST_SEARCHABLE) : null;
}

/** Of a batch: how it stands. */
export const BATCH_STATE = defineSearchAttributeKey('BatchState', 'KEYWORD');
/** Of a batch: calls that no workflow stands for, as far as it has told: page by page. */
export const UNSTARTED = defineSearchAttributeKey('Unstarted', 'INT');

/** All of them: what `setup:temporal` makes and api and worker look for. */
export const SEARCH_ATTRIBUTES = [
  ORG_ID,
  AGENT_ID,
  BATCH_ID,
  TRUNK,
  CALL_STATUS,
  WAITING_FOR,
  DISPOSITION,
  ENDPOINT_HASH,
  PRIORITY,
  NEXT_SCHEDULE_TIME,
  CALL_DEADLINE,
  ADDITIONAL_DATA,
  BATCH_STATE,
  UNSTARTED,
] as const;
