import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { ContactLease, type LeaseHost } from '../../src/activities/contact-lease.ts';
import type { Contacts } from '../../src/activities/contacts.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import type { ContactAnswer, ContactRelease, ContactRequest } from '../../src/contract/contact.ts';
import type { Outcome, PlaceCallInput } from '../../src/contract/placement.ts';

const configuration = parseConfiguration(
  `
trunks:
  - { name: demo, lines: 1, dialer: { type: simulator } }
agents:
  - { agentId: free, name: Without rules, trunk: demo }
  - agentId: ruled
    name: With rules, in office hours
    trunk: demo
    contactRules: { maxAttemptsPerDay: 2 }
    ringTimeout: 30s
    maxDuration: 10m
    schedule: { timezone: America/New_York, monday: [{ start: "09:00", end: "17:00" }], tuesday: [{ start: "09:00", end: "17:00" }] }
`,
  {},
  'test.yaml',
);

const ENDPOINT = '+15551230001';

/** Answers as it is told, and remembers what it was asked. */
class ToldContacts implements Contacts {
  readonly requests: ContactRequest[] = [];
  readonly releases: ContactRelease[] = [];
  answers: ContactAnswer[] = [];
  suppressedFor: string | null = null;
  failures = 0;

  request(endpoint: string, request: ContactRequest): Promise<ContactAnswer> {
    expect(endpoint).toBe(ENDPOINT);
    this.requests.push(request);
    return Promise.resolve(this.answers.shift() ?? { kind: 'granted' });
  }

  release(endpoint: string, release: ContactRelease): Promise<void> {
    expect(endpoint).toBe(ENDPOINT);
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('Temporal is away'));
    }
    this.releases.push(release);
    return Promise.resolve();
  }

  suppression() {
    return Promise.resolve(this.suppressedFor === null ? null : { reason: this.suppressedFor, since: 'then' });
  }
}

const input = (agentId: string): PlaceCallInput => ({
  orgId: 'default',
  agentId,
  batchId: null,
  trunk: 'demo',
  endpoint: ENDPOINT,
  additionalData: null,
  priority: 1,
  callDeadline: '2026-12-24T21:30:00.000Z',
  timezone: 'America/New_York',
  overrideOutboundConfig: null,
  attempt: 1,
  placement: 'p',
  firstRunId: 'r',
});

/** A Monday in November, 10:00 in New York. */
const NOW = Date.parse('2026-11-23T15:00:00Z');

const leaseOf = (contacts: Contacts, agentId = 'ruled') => {
  const host: LeaseHost = {
    contacts,
    agent: (id) => configuration.agent('default', id) ?? undefined,
    log: pino({ level: 'silent' }),
  };
  return new ContactLease(host, input(agentId), 'call.1');
};

const told = (answer: ContactAnswer): ToldContacts => Object.assign(new ToldContacts(), { answers: [answer] });

const ended: Outcome = {
  kind: 'ended',
  stoppedBy: null,
  end: {
    startedTime: '',
    answeredTime: null,
    endedTime: '',
    disposition: 'busy',
    providerCode: null,
    recordId: null,
    transcription: null,
    errorMessage: null,
  },
};
const notNow: Outcome = { kind: 'not-now', plan: { at: '', waitingFor: 'trunk-paused', summary: '' } };

/** What a granted attempt tells the number, whatever it comes to. */
async function releasesAfter(outcome: () => Promise<Outcome>, contacts = new ToldContacts()) {
  const lease = leaseOf(contacts);
  await lease.ask(NOW);
  await lease.during(outcome).catch(() => undefined);
  return contacts.releases;
}

describe('before a dial of an agent with contact rules', () => {
  test('its number is asked for, for as long as a call can last', async () => {
    const contacts = new ToldContacts();
    expect(await leaseOf(contacts).ask(NOW)).toBeNull();
    expect(contacts.requests).toEqual([
      {
        identity: 'call.1',
        rules: { maxAttemptsPerDay: 2, maxAttemptsPerWeek: null },
        leaseMs: 30_000 + 600_000 + 60_000,
      },
    ]);
  });

  test('a call whose number another call has waits, and asks again when it is told to', async () => {
    const contacts = told({ kind: 'busy', until: '2026-11-23T15:08:00.000Z' });
    expect(await leaseOf(contacts).ask(NOW)).toMatchObject({
      kind: 'not-now',
      plan: { at: '2026-11-23T15:08:00.000Z', waitingFor: 'contact-busy' },
    });
  });

  test('a call asks again after a second at the earliest, whatever the clock of this machine says', async () => {
    const contacts = told({ kind: 'busy', until: '2026-11-23T14:59:00.000Z' });
    expect(await leaseOf(contacts).ask(NOW)).toMatchObject({ plan: { at: '2026-11-23T15:00:01.000Z' } });
  });

  test('a call whose number was called often enough waits until it may be called again', async () => {
    const contacts = told({ kind: 'limit', until: '2026-11-23T20:00:00.000Z' });
    expect(await leaseOf(contacts).ask(NOW)).toMatchObject({
      kind: 'not-now',
      plan: { at: '2026-11-23T20:00:00.000Z', waitingFor: 'contact-limit' },
    });
  });

  test('and goes out inside the calling window again', async () => {
    const contacts = told({ kind: 'limit', until: '2026-11-24T02:00:00.000Z' });
    expect(await leaseOf(contacts).ask(NOW)).toMatchObject({ plan: { at: '2026-11-24T14:00:00.000Z' } });
  });

  test('a call to a number on the do-not-call list is dropped, with the reason that was given', async () => {
    expect(await leaseOf(told({ kind: 'suppressed', reason: 'asked' })).ask(NOW)).toEqual({
      kind: 'not-dialed',
      because: 'suppressed',
      message: 'asked',
    });
  });
});

describe('before a dial of an agent without rules', () => {
  test('the number is not taken, and nothing is told of it afterwards', async () => {
    const contacts = new ToldContacts();
    const lease = leaseOf(contacts, 'free');
    expect(await lease.ask(NOW)).toBeNull();
    await lease.during(() => Promise.resolve(ended));
    await lease.takenOver(ended);
    expect([contacts.requests, contacts.releases]).toEqual([[], []]);
  });

  test('the do-not-call list counts all the same', async () => {
    const contacts = Object.assign(new ToldContacts(), { suppressedFor: 'asked' });
    expect(await leaseOf(contacts, 'free').ask(NOW)).toMatchObject({ kind: 'not-dialed', because: 'suppressed' });
  });
});

describe('after an attempt', () => {
  test('the number is released: a dial counts, and what was not dialed does not', async () => {
    expect(await releasesAfter(() => Promise.resolve(ended))).toEqual([{ identity: 'call.1', dialed: true }]);
    expect(await releasesAfter(() => Promise.resolve(notNow))).toEqual([{ identity: 'call.1', dialed: false }]);
  });

  test('the number is kept for a worker that takes the call over', async () => {
    expect(await releasesAfter(() => Promise.reject(new Error('HandedOver')))).toEqual([]);
  });

  test('nothing is released that was refused when it was asked for again', async () => {
    const contacts = Object.assign(new ToldContacts(), {
      answers: [{ kind: 'granted' }, { kind: 'limit', until: '2026-11-23T20:00:00.000Z' }] as ContactAnswer[],
    });
    const lease = leaseOf(contacts);
    await lease.ask(NOW);
    await lease.ask(NOW + 1_000);
    await lease.during(() => Promise.resolve(notNow));
    expect(contacts.releases).toEqual([]);
  });

  test('that was taken over, the number is released by whoever saw its end', async () => {
    const contacts = new ToldContacts();
    await leaseOf(contacts).takenOver(ended);
    await leaseOf(contacts).takenOver({ kind: 'never-placed' });
    expect(contacts.releases.map(({ dialed }) => dialed)).toEqual([true, false]);
  });

  test('a release that cannot be told is told again, a little, and then left to the end of the lease', async () => {
    const twice = Object.assign(new ToldContacts(), { failures: 2 });
    expect(await releasesAfter(() => Promise.resolve(ended), twice)).toHaveLength(1);
    const always = Object.assign(new ToldContacts(), { failures: Infinity });
    expect(await releasesAfter(() => Promise.resolve(ended), always)).toEqual([]);
  });
});
