import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/config/error.ts';
import { agentProblems, parse, problems, smallest, trunkProblems } from './support.ts';

const simulator = { type: 'simulator' };

describe('a file with mistakes', () => {
  it('is refused with all of them at once, in its own order, each with path, reason and line', () => {
    const file = `trunks:
  - name: demo
    lines: 0
    dialer: { type: simulator }
agents:
  - agentId: demo
    name: Demo
    trunk: dmo
    schedule:
      monday:
        - { start: "09:00", end: "12:30" }
        - { start: "9", end: "20:00" }
agent: []
`;
    let thrown: unknown;
    try {
      parse(file);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect((thrown as ConfigurationError).message).toBe(`outdial.yaml: 4 mistakes
  - trunks[0].lines: expected at least 1, got 0 (line 3)
  - agents[0].trunk: organization \`default\` has no trunk called \`dmo\`, did you mean \`demo\`? (line 8)
  - agents[0].schedule.monday[1].start: expected a time such as 09:00, got "9" (line 12)
  - agent: unknown key, did you mean \`agents\`? (line 13)`);
  });

  it('that is not YAML is refused with line and column', () => {
    expect(problems('trunks: []\nagents: [1\n')).toEqual([
      expect.stringMatching(/^not valid YAML at line 3, column 1: .*\]/),
    ]);
    expect(problems('trunks: []\ntrunks: []\n')[0]).toBe('not valid YAML at line 2, column 1: Map keys must be unique');
  });

  it('that was just emptied is no configuration without agents', () => {
    expect(problems('')).toEqual(['expected a mapping, got nothing']);
    expect(problems('{}')).toEqual(['trunks: expected a list, got nothing', 'agents: expected a list, got nothing']);
    expect(problems({ ...smallest(), organizations: [] })).toContain(
      'organizations: expected at least one, got a list',
    );
  });

  it('names every unset variable and where it is wanted, and an empty one is unset', () => {
    const { trunks, agents } = smallest();
    const file = { trunks, agents: [{ ...agents[0], name: '${A} ${B}', prompt: 'costs ${{amount}}' }] };
    expect(problems(file, { B: '' })).toEqual([
      'agents[0].name: the environment variable `A` is not set',
      'agents[0].prompt: expected a variable such as ${NAME} after `${`; write $${ for the characters themselves',
    ]);
    expect(problems(file, { A: 'a', B: '' })[0]).toBe('agents[0].name: the environment variable `B` is not set');
  });

  // A minute, since half a million values are read before it is given up, and the machine may have more to do.
  it('whose aliases lead nowhere, to themselves or to millions of values is refused', { timeout: 60_000 }, () => {
    const bomb = 'a: &a [1,1,1,1,1,1,1,1,1,1]\n' + [...'bcdefgh'].map(tenfold).join('');
    expect(problems(bomb)).toEqual(['too large, or its aliases are']);
    expect(problems('trunks: &t [*t]\nagents: []')[0]).toBe('trunks[0]: alias `t` holds itself');
    expect(problems('trunks: *t\nagents: []')[0]).toBe('trunks: expected a text that starts with `*` to be in quotes');
  });

  it('that is nested too deeply is refused', () => {
    const nested = '['.repeat(300) + ']'.repeat(300);
    expect(agentProblems({ additionalData: { a: JSON.parse(nested) as unknown } })).toEqual([
      'agents: too deeply nested',
    ]);
  });
});

const tenfold = (letter: string): string => {
  const before = String.fromCharCode(letter.charCodeAt(0) - 1);
  return `${letter}: &${letter} [${Array(10).fill(`*${before}`).join(',')}]\n`;
};

describe('a secret', () => {
  const SECRET = 'hunter2hunter2';
  const hash = createHash('sha256').update(SECRET).digest('hex');

  it.each([
    [{ name: 'a', key: `${SECRET} with spaces` }],
    [{ name: 'a', key: SECRET, sha256: hash }],
    [{ name: 'a', sha256: `${SECRET}${hash.slice(20)}` }],
    [{ name: 'a', kee: SECRET }],
    [{ name: 'a', [SECRET]: null }],
    [{ name: { key: SECRET } }],
    [SECRET],
    [{ name: 'a', key: '${KEY} with spaces' }],
  ])('is not told by the refusal of %j', (apiKey) => {
    const env = { KEY: SECRET };
    const file = { organizations: [{ orgId: 'default', apiKeys: [apiKey] }], ...smallest() };
    const told = problems(file, env).join('\n');
    expect(told).not.toBe('');
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(hash.slice(20));
  });

  it.each(['*', '&', '!', '!!', '%', '@', '`', '|', '>', '"', "'", '[', '{', '? ', '"\\', '- ', 'x: ', '#', '!<'])(
    'is not told where it lacks its quotes and begins with %s',
    (mark) => {
      const file = `organizations:\n  - orgId: a\n    apiKeys: [{ name: b, key: ${mark}${SECRET}`;
      for (const end of ['', ' }]\ntrunks: []\nagents: []\n', ' ]}']) {
        expect(problems(file + end).join('\n')).not.toContain(SECRET);
      }
      expect(problems(file.replace('[{ name: b,', '\n      - name: b\n       ')).join('\n')).not.toContain(SECRET);
    },
  );

  it('of the environment is not told wherever it is put, nor a file that is one', () => {
    expect(problems({ ...smallest(), trunks: '${KEY}' }, { KEY: SECRET }).join()).not.toContain(SECRET);
    expect(problems(SECRET)).toEqual(['expected a mapping']);
  });
});

describe('the names of a file', () => {
  const trunk = (orgId: string, name: string) => ({ orgId, name, lines: 1, dialer: simulator });
  const agent = (orgId: string, agentId: string, trunk: string) => ({ orgId, agentId, name: agentId, trunk });
  const orgs = (...ids: string[]) => ids.map((orgId) => ({ orgId }));

  it('hold nothing that a Temporal ID cannot', () => {
    for (const name of ['a:b', 'a/b', 'a b', '', 'ä', 'x'.repeat(65)])
      expect(trunkProblems({ name })[0]).toMatch(/^name/);
    expect(problems({ organizations: orgs('a:b'), trunks: [], agents: [] })).toHaveLength(1);
    expect(agentProblems({ agentId: 'a/b' })).toHaveLength(1);
    expect(agentProblems({ agentId: `A-b_c.9${'x'.repeat(57)}` })).toEqual([]);
  });

  it('are each given once in their organization', () => {
    const file = {
      organizations: orgs('a', 'b', 'a'),
      trunks: [trunk('a', 't'), trunk('b', 't'), trunk('b', 't')],
      agents: [agent('a', 'x', 't'), agent('b', 'x', 't'), agent('b', 'x', 't')],
    };
    expect(problems(file)).toEqual([
      'organizations[2].orgId: the same as organizations[0].orgId: each must have its own',
      'trunks[2].name: makes the task queue of trunks[1] (trunk-b-t) its own: expected another name',
      'agents[2].agentId: the same as agents[1].agentId: each must have its own',
    ]);
  });

  it('make task queues that are never another trunk’s, nor where its calls are taken over', () => {
    const organizations = orgs('a', 'a-b');
    expect(problems({ organizations, trunks: [trunk('a-b', 'c'), trunk('a', 'b-c')], agents: [] })).toHaveLength(1);
    for (const trunks of [
      [trunk('a', 't'), trunk('a', 't-takeover')],
      [trunk('a', 'b-t-takeover'), trunk('a-b', 't')],
    ]) {
      expect(problems({ organizations, trunks, agents: [] })).toEqual([expect.stringMatching(/^trunks\[1\]\.name/)]);
    }
  });

  it('lead to organizations and trunks that exist, in the same organization', () => {
    const file = {
      organizations: orgs('acme', 'zeta'),
      trunks: [trunk('acme', 'main'), trunk('acne', 'x')],
      agents: [agent('zeta', 'x', 'main'), agent('zta', 'x', 'main')],
    };
    expect(problems(file)).toEqual([
      'trunks[1].orgId: no organization is called `acne`, did you mean `acme`?',
      'agents[0].trunk: organization `zeta` has no trunk called `main`',
      'agents[1].orgId: no organization is called `zta`, did you mean `zeta`?',
    ]);
    expect(problems({ ...smallest(), organizations: orgs('acme') })).toHaveLength(2);
  });

  it('are not missed where the one they lead to has a mistake of its own', () => {
    const { agents } = smallest();
    expect(problems({ trunks: [{ name: 'demo', lines: 'many', dialer: simulator }], agents })).toHaveLength(1);
    expect(problems({ trunks: 'none', agents })).toHaveLength(1);
    expect(problems({ ...smallest(), organizations: [{ orgId: 5 }] })).toHaveLength(1);
  });

  it('tell API keys apart, which belong to one organization each', () => {
    const sha256 = createHash('sha256').update('one').digest('hex').toUpperCase();
    const organizations = [
      {
        orgId: 'default',
        apiKeys: [
          { name: 'a', key: 'one' },
          { name: 'a', key: 'two' },
        ],
      },
      { orgId: 'b', apiKeys: [{ name: 'a', sha256 }] },
    ];
    expect(problems({ ...smallest(), organizations })).toEqual([
      'organizations[0].apiKeys[1].name: the same as organizations[0].apiKeys[0].name: each must have its own',
      'organizations[1].apiKeys[0].sha256: the same API key as organizations[0].apiKeys[0].key: each must have its own',
    ]);
  });
});
