import type { Configuration } from '../../config/configuration.ts';
import { contactOf } from '../../config/secret.ts';
import type { ContactRef } from '../../contract/contact.ts';
import { normalizeEndpoint, type NormalizedEndpoint } from '../../domain/phone-number.ts';
import type { ApiDeps } from '../context.ts';
import { badRequest } from '../problem.ts';

/** An endpoint of an organization's do-not-call list. */
export interface ListedEndpoint {
  /** Normalized, as calls to it are known by. */
  readonly endpoint: string;
  readonly contact: ContactRef;
}

/** What a number without + looks like. */
const NATIONAL = /^\d[\d\s().-]*$|^\([\d\s().-]+$/;

/** How an organization writes endpoints: those of any of its trunks may be on its list. No agent says a country. */
export function normalizeListed(configuration: Configuration, orgId: string, endpoint: string): NormalizedEndpoint {
  const isAny = configuration.trunksOf(orgId).some(({ endpoints }) => endpoints === 'any');
  if (!isAny && NATIONAL.test(endpoint.trim())) {
    return { ok: false, message: 'has no +: send + and the number with its country code (E.164)' };
  }
  return normalizeEndpoint(endpoint, { endpoints: isAny ? 'any' : 'e164', defaultCountry: null });
}

/**
 * The endpoint that a path names.
 *
 * @throws Problem 400 for one that is none, without repeating it
 */
export function readListedEndpoint(deps: ApiDeps, orgId: string, given: string): ListedEndpoint {
  const checked = normalizeListed(deps.configuration(), orgId, given);
  if (!checked.ok) throw badRequest(`The endpoint of the path ${checked.message}.`);
  return { endpoint: checked.normalized, contact: contactOf(deps.secret, orgId, checked.normalized) };
}
