import type { ContactAnswer, ContactRelease, ContactRequest, Suppression } from '../contract/contact.ts';

/** The numbers of a trunk's organization, as its dials ask for them. Endpoints are normalized. */
export interface Contacts {
  /** Asks for a number on behalf of an attempt. @throws ServiceError when Temporal cannot be asked */
  request(endpoint: string, request: ContactRequest): Promise<ContactAnswer>;
  /** Tells it that an attempt is over. @throws ServiceError when that cannot be told */
  release(endpoint: string, release: ContactRelease): Promise<void>;
  /**
   * Whether a number is on the do-not-call list, for an agent without rules; null where it is not, or where there is no such
   * list, as was known a moment ago.
   *
   * @throws ServiceError when Temporal cannot be asked
   */
  suppression(endpoint: string): Promise<Suppression | null>;
}
