import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/config/error.ts';
import { DEFAULT_RETRY_DELAYS_MS, NO_RETRY } from '../../src/domain/retry.ts';
import { agentWith, parse, problems, smallest, loadConfiguration } from './support.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const EXAMPLE = fileURLToPath(new URL('../../outdial.example.yaml', import.meta.url));

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const simulator = { type: 'simulator' };

describe('what is left out', () => {
  it('gives an agent the defaults of the documentation', () => {
    expect(parse(smallest()).agent('default', 'demo')).toEqual({
      orgId: 'default',
      agentId: 'demo',
      name: 'Demo',
      isEnabled: true,
      trunk: 'demo',
      voiceAgent: null,
      prompt: null,
      additionalData: {},
      defaultCountry: null,
      timezone: 'UTC',
      defaultDeadlineMs: 24 * HOUR_MS,
      onVoicemail: 'complete',
      schedule: null,
      retry: NO_RETRY,
      requireVariables: false,
      webhooks: { start: null, result: null, batch: null },
      predialWebhook: null,
      contactRules: null,
      ringTimeoutMs: 45_000,
      maxDurationMs: HOUR_MS,
    });
  });

  it('gives a trunk no rate, no caller ID, phone numbers, and a simulator in real time', () => {
    expect(parse(smallest()).trunk('default', 'demo')).toEqual({
      orgId: 'default',
      name: 'demo',
      lines: 1,
      callsPerSecond: null,
      callerId: null,
      endpoints: 'e164',
      allowedCountries: null,
      callerIds: null,
      dialer: { type: 'simulator', speed: 1, ledger: null },
    });
  });

  it('gives a file without organizations one, with the development key, on this machine only', () => {
    const configuration = parse(smallest());
    expect(configuration.organizations).toEqual([
      {
        orgId: 'default',
        searchable: ['campaignId'],
        legalHours: null,
        allowPrivateWebhooks: false,
        contactRules: null,
      },
    ]);
    expect(configuration.authenticate('outdial-development')).toEqual({
      orgId: 'default',
      keyName: 'development',
      loopbackOnly: true,
    });
  });

  it('gives an organization without keys none, not even the development key', () => {
    const configuration = parse({ organizations: [{ orgId: 'default' }], ...smallest() });
    expect(configuration.authenticate('outdial-development')).toBeNull();
  });
});

describe('an agent', () => {
  it('calls in the zone of its schedule, else in its own', () => {
    const schedule = { monday: [{ start: '09:00', end: '10:00' }] };
    expect(agentWith({ timezone: 'Asia/Tokyo' }).timezone).toBe('Asia/Tokyo');
    expect(agentWith({ timezone: 'Asia/Tokyo', schedule }).timezone).toBe('Asia/Tokyo');
    const both = { timezone: 'Asia/Tokyo', schedule: { ...schedule, timezone: 'Europe/Paris' } };
    expect(agentWith(both).timezone).toBe('Europe/Paris');
  });

  it('keeps its hours as the contract has them, to midnight and across it', () => {
    const schedule = {
      monday: [{ start: '09:00', end: '12:30' }],
      tuesday: [{ start: '00:00', end: '24:00' }],
      friday: [{ start: '22:00', end: '02:00' }],
      sunday: [],
      holidays: ['2028-02-29'],
    };
    expect(agentWith({ schedule }).schedule).toEqual({
      monday: [{ start: { hour: 9, minute: 0 }, end: { hour: 12, minute: 30 } }],
      tuesday: [{ start: { hour: 0, minute: 0 }, end: { hour: 24, minute: 0 } }],
      friday: [{ start: { hour: 22, minute: 0 }, end: { hour: 2, minute: 0 } }],
      sunday: [],
      holidays: ['2028-02-29'],
    });
  });

  it('takes the default delays where its own retry policy says nothing, and `never` for final', () => {
    const retry = { maxAttempts: 4, delays: { busy: '90s', 'no-answer': 'never', declined: '2 days' } };
    expect(agentWith({ retry }).retry).toEqual({
      ...NO_RETRY,
      maxAttempts: 4,
      delaysMs: { ...DEFAULT_RETRY_DELAYS_MS, busy: 90_000, 'no-answer': null, declined: 48 * HOUR_MS },
    });
    expect(agentWith({ retry: { maxAttempts: 2 } }).retry).toEqual({ ...NO_RETRY, maxAttempts: 2 });
  });

  it('takes a list for delays that grow', () => {
    const retry = { maxAttempts: 4, delays: { busy: ['5m', '30m', '2h'] } };
    expect(agentWith({ retry }).retry.delaysMs.busy).toEqual([5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS]);
  });

  it('keeps durations in milliseconds', () => {
    const agent = agentWith({ ringTimeout: '5m', maxDuration: '90 minutes', defaultDeadline: '1.5h' });
    expect(agent).toMatchObject({
      ringTimeoutMs: 5 * MINUTE_MS,
      maxDurationMs: 90 * MINUTE_MS,
      defaultDeadlineMs: 90 * MINUTE_MS,
    });
    expect(Object.keys(agent)).not.toContain('ringTimeout');
  });

  it('keeps whatever JSON its variables are', () => {
    const additionalData = { clinic: 'Northside', rooms: [1, { floor: null }], open: true };
    expect(agentWith({ additionalData }).additionalData).toEqual(additionalData);
  });
});

describe('organizations', () => {
  const configuration = parse(
    {
      organizations: [
        { orgId: 'acme', apiKeys: [{ name: 'crm', key: '${CRM_KEY}' }], searchable: ['clinic'] },
        { orgId: 'zeta', apiKeys: [{ name: 'ci', sha256: sha256('zeta-key').toUpperCase(), loopbackOnly: true }] },
      ],
      trunks: [
        { orgId: 'acme', name: 'main', lines: 2, dialer: simulator, callsPerSecond: 0.5 },
        { orgId: 'zeta', name: 'main', lines: 3, dialer: simulator },
        { orgId: 'acme', name: 'spare', lines: 1, dialer: simulator },
      ],
      agents: [
        { orgId: 'acme', agentId: 'b', name: 'B', trunk: 'main' },
        { orgId: 'acme', agentId: 'a', name: 'A', trunk: 'spare' },
        { orgId: 'zeta', agentId: 'a', name: 'Other A', trunk: 'main' },
      ],
    },
    { CRM_KEY: 'acme-key' },
  );

  it('have their own trunks and agents, in the order of the file, whatever the others call theirs', () => {
    expect(configuration.agents('acme').map(({ agentId }) => agentId)).toEqual(['b', 'a']);
    expect(configuration.agent('acme', 'a')?.name).toBe('A');
    expect(configuration.agent('zeta', 'a')?.name).toBe('Other A');
    expect(configuration.trunk('acme', 'main')?.lines).toBe(2);
    expect(configuration.trunk('zeta', 'main')?.lines).toBe(3);
    expect(configuration.trunksOf('acme').map(({ name }) => name)).toEqual(['main', 'spare']);
    expect(configuration.trunks.map(({ lines }) => lines)).toEqual([2, 3, 1]);
  });

  it('see nothing of each other', () => {
    expect(configuration.agent('zeta', 'b')).toBeNull();
    expect(configuration.trunk('zeta', 'spare')).toBeNull();
    expect(configuration.organization('nobody')).toBeNull();
    expect(configuration.agents('nobody')).toEqual([]);
    expect(configuration.trunksOf('__proto__')).toEqual([]);
  });

  it('are told by their keys, given in clear, by the environment or as a hash', () => {
    expect(configuration.authenticate('acme-key')).toEqual({ orgId: 'acme', keyName: 'crm', loopbackOnly: false });
    expect(configuration.authenticate('zeta-key')).toEqual({ orgId: 'zeta', keyName: 'ci', loopbackOnly: true });
    for (const wrong of ['', 'acme-key ', 'ACME-KEY', '${CRM_KEY}', sha256('zeta-key'), 'outdial-development']) {
      expect(configuration.authenticate(wrong)).toBeNull();
    }
  });

  it('have searchable keys, by default the campaign', () => {
    expect(configuration.organization('acme')?.searchable).toEqual(['clinic']);
    expect(configuration.organization('zeta')?.searchable).toEqual(['campaignId']);
  });

  it('give away no key when a configuration is logged', () => {
    const shown = inspect(configuration, { depth: null, showHidden: true }) + JSON.stringify(configuration);
    for (const secret of ['acme-key', sha256('acme-key'), sha256('zeta-key')]) expect(shown).not.toContain(secret);
  });
});

describe('legal hours', () => {
  const every = (start: string, end: string) => {
    const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
    return Object.fromEntries(days.map((day) => [day, [{ start, end }]]));
  };
  const hour = (hour: number) => ({ hour, minute: 0 });
  const agents = (legalHours: object, schedules: (object | undefined)[]) => {
    const organizations = [{ orgId: 'default', legalHours }, { orgId: 'other' }];
    const trunks = [...smallest().trunks, { orgId: 'other', name: 'demo', lines: 1, dialer: simulator }];
    const own = schedules.map((schedule, index) => ({ agentId: `a${index}`, name: 'A', trunk: 'demo', schedule }));
    const theirs = { orgId: 'other', agentId: 'b', name: 'B', trunk: 'demo' };
    return { organizations, trunks, agents: [...own, theirs] };
  };

  it('limit every agent of their organization, whatever its own hours, and no other', () => {
    const own = { timezone: 'America/New_York', ...every('06:00', '22:00'), holidays: ['2026-12-25'] };
    const legal = { ...every('08:00', '21:00'), holidays: ['2026-01-01'] };
    const configuration = parse(agents(legal, [own, undefined]));
    expect(configuration.agent('default', 'a0')).toMatchObject({
      timezone: 'America/New_York',
      schedule: {
        timezone: 'America/New_York',
        sunday: [{ start: hour(8), end: hour(21) }],
        holidays: ['2026-01-01', '2026-12-25'],
      },
    });
    expect(configuration.agents('default')[1]).toMatchObject({
      timezone: 'UTC',
      schedule: { friday: [{ start: hour(8), end: hour(21) }], holidays: ['2026-01-01'] },
    });
    expect(configuration.agent('other', 'b')?.schedule).toBeNull();
  });

  it('and an agent whose hours they never meet are a mistake, since it would never call', () => {
    const legal = { monday: [{ start: '08:00', end: '21:00' }] };
    const night = { monday: [{ start: '22:00', end: '06:00' }], tuesday: [{ start: '09:00', end: '17:00' }] };
    const morning = { monday: [{ start: '06:00', end: '08:01' }] };
    expect(problems(agents(legal, [night, morning, { monday: [] }]))).toEqual([
      'agents[0].schedule: expected some hours within the `legalHours` of its organization: it would never call',
    ]);
  });

  it('name no zone, since they are those of whoever is called', () => {
    expect(problems(agents({ timezone: 'UTC', ...every('08:00', '21:00') }, []))).toEqual([
      expect.stringMatching(/^organizations\[0\]\.legalHours\.timezone: unknown key/),
    ]);
  });
});

describe('values of the environment', () => {
  const name = (text: string, env: NodeJS.ProcessEnv) => {
    const { trunks, agents } = smallest();
    return parse({ trunks, agents: [{ ...agents[0], name: text }] }, env).agent('default', 'demo')?.name;
  };

  it('stand in for ${NAME} anywhere in a text, and are not read again themselves', () => {
    expect(name('${A}-${B_2}', { A: 'x', B_2: '${A}' })).toBe('x-${A}');
  });

  it('leave $${ alone, which stands for ${', () => {
    expect(name('$${A} costs $5', { A: 'x' })).toBe('${A} costs $5');
  });

  it('stay texts, whatever they look like', () => {
    expect(name('${A}', { A: '42' })).toBe('42');
  });
});

describe('a file', () => {
  it('is loaded by its path', async () => {
    const configuration = await loadConfiguration(EXAMPLE, {});
    expect(configuration.authenticate('outdial-development')?.loopbackOnly).toBe(true);
    expect(configuration.trunks).toMatchObject([{ name: 'demo', lines: 20, callsPerSecond: 10 }]);
    expect(configuration.agent('default', 'demo')?.schedule).toBeNull();
    const reminder = configuration.agent('default', 'reminder');
    expect(reminder).toMatchObject({ onVoicemail: 'retry', timezone: 'America/New_York' });
    expect(reminder?.schedule?.friday).toEqual(reminder?.schedule?.monday);
    expect(reminder?.schedule?.saturday).toBeUndefined();
  });

  it('that is not there is a mistake of the configuration', async () => {
    const error = await loadConfiguration('/nowhere/outdial.yaml', {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain('/nowhere/outdial.yaml: 1 mistake\n  - the file cannot be read (ENOENT)');
  });
});
