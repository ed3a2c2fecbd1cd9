import type { Client } from '@temporalio/client';
import type { Contacts } from '../activities/contacts.ts';
import { Recent } from '../activities/recent.ts';
import { contactOf } from '../config/secret.ts';
import { type ContactRef, SUPPRESSION_LIST_MAX_AGE_MS } from '../contract/contact.ts';
import { ContactWorkflows } from '../temporal/contact-workflows.ts';

/** How long Temporal has to answer, in milliseconds: meanwhile a trunk's other calls wait for their turns. */
const ASK_TIMEOUT_MS = 3_000;

/** How long Temporal has to hear that an attempt is over, in milliseconds: meanwhile its call waits for its outcome. */
const TELL_TIMEOUT_MS = 1_000;

/**
 * The numbers of every organization, as the dials of this process ask for them.
 *
 * @param secret under which endpoints are hashed
 */
export function watchContacts(client: Client, secret: string): (orgId: string) => Contacts {
  const workflows = new ContactWorkflows(client);
  const inTime = <T>(ms: number, ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + ms, ask);
  const lists = new Recent(
    (orgId) => inTime(ASK_TIMEOUT_MS, () => workflows.listedSince(orgId)),
    SUPPRESSION_LIST_MAX_AGE_MS,
  );
  return (orgId) => {
    const refOf = (endpoint: string): ContactRef => contactOf(secret, orgId, endpoint);
    return {
      request: (endpoint, request) => inTime(ASK_TIMEOUT_MS, () => workflows.request(refOf(endpoint), request)),
      release: (endpoint, release) => inTime(TELL_TIMEOUT_MS, () => workflows.release(refOf(endpoint), release)),
      suppression: async (endpoint) => {
        if ((await lists.of(orgId)) === null) return null;
        return await inTime(ASK_TIMEOUT_MS, () => workflows.suppression(refOf(endpoint)));
      },
    };
  };
}
