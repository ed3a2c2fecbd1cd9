import { describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../../src/api/dialer-events/http.ts';
import { Problem } from '../../../src/api/problem.ts';

const read = (event: unknown) => readHttpEvent({ body: typeof event === 'string' ? event : JSON.stringify(event) });

const mistakesOf = async (event: unknown): Promise<(readonly [string, string])[]> => {
  const problem: unknown = await read(event).catch((error: unknown) => error);
  if (!(problem instanceof Problem)) throw new Error('Expected it to be refused');
  expect(problem).toMatchObject({ status: 400, message: expect.stringContaining('the event was not taken') as string });
  return (problem.errors ?? []).map(({ path, message }) => [path, message] as const);
};

describe('an event of a platform', () => {
  it('is read with all that it tells, its times in UTC', async () => {
    const told = {
      disposition: 'answered',
      code: '200',
      recordId: 'rec-1',
      id: 'toy-1',
      transcription: 'Agent: Hello',
      postCallAnalysis: { mood: 'good' },
      message: 'As usual',
    };
    expect(
      await read({
        event: 'ended',
        time: '2026-11-24T10:00:00+01:00',
        answeredTime: '2026-11-24T09:59:00.5+01:00',
        ...told,
      }),
    ).toEqual({
      name: 'ended',
      time: '2026-11-24T09:00:00.000Z',
      data: { ...told, answeredTime: '2026-11-24T08:59:00.500Z' },
    });
    expect(await read('\uFEFF{"event":"ringing","time":null,"id":null}')).toMatchObject({ name: 'ringing', data: {} });
  });

  it('of a clock that is ahead happens now', async () => {
    const before = Date.now();
    const { time, data } = await read({
      event: 'ended',
      disposition: 'answered',
      time: '2190-01-01T00:00:00Z',
      answeredTime: '2190-01-01T00:00:00Z',
    });
    for (const told of [time, data.answeredTime]) {
      expect(Date.parse(String(told))).toBeGreaterThanOrEqual(before);
      expect(Date.parse(String(told))).toBeLessThanOrEqual(Date.now());
    }
  });

  it('has no time where it tells the zero of its language', async () => {
    const zero = '0001-01-01T00:00:00Z';
    const { time, data } = await read({ event: 'ended', disposition: 'no-answer', time: zero, answeredTime: zero });
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(10_000);
    expect(data).toEqual({ disposition: 'no-answer' });
  });

  it('is refused with everything that is wrong with it, and nothing of what it says', async () => {
    expect(await mistakesOf({ event: 'ended', dispositon: 'busy', time: 'soon', code: true, recordId: '' })).toEqual([
      ['time', 'expected a time such as 2026-11-24T09:00:00Z'],
      ['disposition', expect.stringMatching(/^expected one of answered, busy, no-answer, /)],
      ['code', 'expected a string, got a boolean'],
    ]);
    const told = await mistakesOf({
      event: 'ended',
      disposition: 'hunter2',
      transcription: ['hunter2'],
      time: 'hunter2',
    });
    expect(told).toHaveLength(3);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('is refused where it is none', async () => {
    const names = 'expected one of ringing, answered, ended';
    expect(await mistakesOf({ event: 'hung-up', disposition: 'busy' })).toEqual([['event', names]]);
    expect(await mistakesOf({ disposition: 'busy' })).toEqual([['event', names]]);
    expect(await mistakesOf([])).toEqual([['', 'expected an object, got an array']]);
    expect(await mistakesOf('null')).toEqual([['', 'expected an object, got null']]);
    expect(await mistakesOf('')).toEqual([['', 'expected JSON: the body cannot be parsed']]);
    expect(await mistakesOf(`${'['.repeat(200)}${']'.repeat(200)}`)).toHaveLength(1);
  });

  it('may say more than is asked for, of which nothing is kept', async () => {
    const more = { disposition: 'nonsense', sequence: 2, call: { region: 'eu' } };
    expect(await read({ event: 'answered', ...more })).toMatchObject({ name: 'answered', data: {} });
    expect(await read({ event: 'ended', ...more, disposition: 'busy' })).toMatchObject({
      data: { disposition: 'busy' },
    });
  });

  it('may have numbers for IDs and codes, which count as their digits', async () => {
    const numbers = { id: 42, code: 486, recordId: 7, message: 5 };
    const { data } = await read({ event: 'ended', disposition: 'busy', ...numbers });
    expect(data).toEqual({ disposition: 'busy', id: '42', code: '486', recordId: '7', message: '5' });
  });

  it('is not lost for a long message, and refused for an ID that could not be kept whole', async () => {
    const ended = { event: 'ended', disposition: 'failed' };
    const message = 'at dial '.repeat(500);
    expect(await read({ ...ended, message })).toMatchObject({ data: { message } });
    const long = 'x'.repeat(201);
    expect(await mistakesOf({ ...ended, id: long, recordId: long, code: long })).toEqual([
      ['id', 'expected at most 200 characters'],
      ['code', 'expected at most 64 characters'],
      ['recordId', 'expected at most 200 characters'],
    ]);
  });

  it('that ended says how', async () => {
    expect((await mistakesOf({ event: 'ended' })).map(([path]) => path)).toEqual(['disposition']);
  });
});
