import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigurationFile } from '../../src/config/configuration-file.ts';

let folder: string;
let path: string;
let file: ConfigurationFile | undefined;
let logged: Record<string, unknown>[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-config-'));
  path = join(folder, 'outdial.yaml');
  logged = [];
});

afterEach(() => {
  file?.stop();
  rmSync(folder, { recursive: true });
});

const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) });

/** A configuration whose trunk has so many lines. */
const withLines = (lines: number, more = ''): string => `
trunks: [{ name: demo, lines: ${lines}, dialer: { type: simulator } }]
agents:
  - { agentId: a, name: A, trunk: demo, additionalData: { clinic: Northside } }
${more}`;

/** Follows the file as it is first; it is looked at when the test says so, and each second. */
async function open(text = withLines(1)): Promise<ConfigurationFile> {
  writeFileSync(path, text);
  file = await ConfigurationFile.open(path, { TOKEN: 'of the environment' }, log);
  return file;
}

async function lookTwice(followed: ConfigurationFile): Promise<void> {
  await followed.look();
  await followed.look();
}

const lines = (): number | undefined => file?.current.trunk('default', 'demo')?.lines;
const ofLevel = (level: number) => logged.filter((line) => line.level === level);
const refusals = () => ofLevel(pino.levels.values.error ?? 0);
const news = () => ofLevel(pino.levels.values.info ?? 0);

describe('a configuration file that is followed', () => {
  test('counts as soon as it has changed, and whoever listens is told', async () => {
    const followed = await open();
    const told: (number | undefined)[] = [];
    const stop = followed.onChange(() => told.push(lines()));
    writeFileSync(path, withLines(3));
    await followed.look();
    expect(told).toEqual([3]);
    stop();
    writeFileSync(path, withLines(4));
    await followed.look();
    expect([lines(), told]).toEqual([4, [3]]);
  });

  test('is looked at by itself, each second, until nobody follows it any more', async () => {
    const followed = await open();
    writeFileSync(path, withLines(3));
    await expect.poll(lines, { interval: 20, timeout: 5_000 }).toBe(3);
    followed.stop();
  });

  test('is not read again, and nothing is logged, where it says what it said', async () => {
    const followed = await open();
    let told = 0;
    followed.onChange(() => (told += 1));
    writeFileSync(path, withLines(1)); // with a new time stamp
    await followed.look();
    expect([told, logged]).toEqual([0, []]);
  });

  test('loses no edit that comes while it is opened, nor one that its time stamps do not show', async () => {
    writeFileSync(path, withLines(1));
    const opening = ConfigurationFile.open(path, {}, log);
    writeFileSync(path, withLines(2));
    file = await opening;
    await file.look();
    expect(lines()).toBe(2);
    // Of the same length, within the same tick of the file system.
    for (const count of [3, 4, 5]) {
      writeFileSync(path, withLines(count));
      await file.look();
      expect(lines()).toBe(count);
    }
  });

  test('may be renamed into place, and be a link that leads elsewhere', async () => {
    const followed = await open();
    writeFileSync(join(folder, 'new'), withLines(2));
    renameSync(join(folder, 'new'), path);
    await followed.look();
    expect(lines()).toBe(2);

    // As Kubernetes does: the folder that a link leads to is another one.
    for (const version of [6, 7]) {
      mkdirSync(join(folder, `v${version}`));
      writeFileSync(join(folder, `v${version}`, 'outdial.yaml'), withLines(version));
    }
    symlinkSync('v6', join(folder, 'data'));
    unlinkSync(path);
    symlinkSync(join('data', 'outdial.yaml'), path);
    await followed.look();
    expect(lines()).toBe(6);
    symlinkSync('v7', join(folder, 'data.new'));
    renameSync(join(folder, 'data.new'), join(folder, 'data'));
    await followed.look();
    expect(lines()).toBe(7);
    expect(refusals()).toEqual([]);
  });

  test('is not taken over while it is still being written: half of it may be valid too', async () => {
    const followed = await open();
    let parts = 1;
    const writing = setInterval(() => writeFileSync(path, withLines((parts += 1))), 5);
    writeFileSync(path, withLines(2));
    await followed.look();
    clearInterval(writing);
    expect(lines()).toBe(1);
    writeFileSync(path, withLines(2, '  - { agentId: b, name: B, trunk: demo }'));
    await followed.look();
    expect([lines(), followed.current.agents('default').length]).toEqual([2, 2]);
  });
});

describe('a new version with mistakes', () => {
  const broken = withLines(2).replace('lines: 2', 'lines: many, linse: 3');

  test('is refused with every reason, once, while the one before stays', async () => {
    const followed = await open();
    writeFileSync(path, broken);
    await lookTwice(followed);
    await followed.look();
    expect(lines()).toBe(1);
    expect(refusals()).toHaveLength(1);
    const [{ problems } = {}] = refusals();
    expect(problems).toEqual([
      expect.stringContaining('trunks[0].lines'),
      expect.stringMatching(/trunks\[0\]\.linse: .*did you mean `lines`/),
    ]);
  });

  test('gives way to the next one without, even where that is the one before', async () => {
    const followed = await open();
    let told = 0;
    followed.onChange(() => (told += 1));
    writeFileSync(path, broken);
    await followed.look();
    expect(told).toBe(0);
    writeFileSync(path, withLines(1));
    await followed.look();
    expect([told, lines(), news().length]).toEqual([1, 1, 1]);
    writeFileSync(path, broken);
    await followed.look();
    expect(refusals()).toHaveLength(2);
  });

  test.each([
    ['that is gone', () => unlinkSync(path), /ENOENT/],
    ['that is empty', () => writeFileSync(path, ''), /./],
    ['that is a folder', () => (unlinkSync(path), mkdirSync(path)), /EISDIR/],
  ])('or a file %s, is refused the same way', async (_, breakIt, reason) => {
    const followed = await open();
    breakIt();
    await lookTwice(followed);
    expect(lines()).toBe(1);
    expect(refusals()).toHaveLength(1);
    expect(String((refusals()[0]?.problems as string[])[0])).toMatch(reason);
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, withLines(8));
    await followed.look();
    expect(lines()).toBe(8);
  });

  test('keeps a process from starting', async () => {
    await expect(open(broken)).rejects.toMatchObject({ name: 'ConfigurationError' });
  });
});

describe('what is logged of a change', () => {
  test('names what has changed, and no value of it', async () => {
    const key = 'a-key-that-nobody-sees';
    const org = (name: string) => `organizations: [{ orgId: default, apiKeys: [{ name: crm, key: ${name} }] }]`;
    const followed = await open(withLines(1, org('an-older-key-of-theirs')));
    writeFileSync(
      path,
      withLines(2, `  - { agentId: b, name: B, trunk: demo }\n${org(key)}`).replace('Northside', '"+15551230001"'),
    );
    await followed.look();
    expect(news()).toMatchObject([
      {
        file: path,
        changed: ['organization default', 'trunk default/demo', 'agent default/a', 'agent default/b (added)'],
      },
    ]);
    writeFileSync(path, withLines(2, org(key)).replace('agentId: a', 'agentId: c'));
    await followed.look();
    expect(news()[1]?.changed).toEqual([
      'agent default/c (added)',
      'agent default/a (removed)',
      'agent default/b (removed)',
    ]);
    const text = JSON.stringify(logged);
    for (const secret of [key, '+15551230001', 'Northside']) expect(text).not.toContain(secret);
  });
});
