import { setTimeout as sleep } from 'node:timers/promises';
import { SUPPRESSION_LIST_MAX_AGE_MS, type Suppression } from '../../contract/contact.ts';
import { ContactWorkflows } from '../../temporal/contact-workflows.ts';
import type { ApiDeps } from '../context.ts';
import { notFound } from '../problem.ts';
import type { ListedEndpoint } from './endpoint.ts';

/** An endpoint that is not to be called. */
export interface SuppressionView extends Suppression {
  readonly endpoint: string;
  readonly suppressed: true;
}

/** Puts an endpoint on its organization's do-not-call list; one that is on it gets this reason. */
export async function suppress(
  deps: ApiDeps,
  { endpoint, contact }: ListedEndpoint,
  reason: string | null,
): Promise<SuppressionView> {
  await openList(deps, contact.orgId);
  const suppression = await new ContactWorkflows(deps.client).suppress(contact, reason);
  return view(endpoint, suppression);
}

/** @throws Problem 404 for an endpoint that is not on the list */
export async function viewSuppression(deps: ApiDeps, { endpoint, contact }: ListedEndpoint): Promise<SuppressionView> {
  const suppression = await new ContactWorkflows(deps.client).suppression(contact);
  if (suppression === null) throw notListed();
  return view(endpoint, suppression);
}

/** Takes an endpoint off the list. @throws Problem 404 for one that is not on it */
export async function unsuppress(deps: ApiDeps, { contact }: ListedEndpoint): Promise<void> {
  if (!(await new ContactWorkflows(deps.client).unsuppress(contact))) throw notListed();
}

/**
 * Makes sure that an organization has a do-not-call list, and that every dial knows: what is put on the list afterwards is
 * dialed no more.
 */
export async function openList({ client }: ApiDeps, orgId: string): Promise<void> {
  const workflows = new ContactWorkflows(client);
  const listedSince = await workflows.listedSince(orgId);
  await workflows.startList(orgId);
  const age = listedSince === null ? 0 : Date.now() - listedSince.getTime();
  const left = SUPPRESSION_LIST_MAX_AGE_MS - age;
  // Another machine's clock began it: no longer than it takes from now.
  if (left > 0) await sleep(Math.min(left, SUPPRESSION_LIST_MAX_AGE_MS));
}

const view = (endpoint: string, { reason, since }: Suppression): SuppressionView => ({
  endpoint,
  suppressed: true,
  reason,
  since,
});

const notListed = () => notFound('such endpoint on the do-not-call list');
