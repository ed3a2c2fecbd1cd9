import { describe, expect, test } from 'vitest';
import { projectEnd } from '../../../../src/api/reading/batches/estimate.ts';

const NOW = Date.parse('2026-11-24T12:00:00.000Z');
const MINUTE = 60_000;
const pace = { left: 100, ended: 50, overMs: 10 * MINUTE, now: NOW, notBefore: NOW - MINUTE };

describe('the estimated end of a batch', () => {
  test('is as far off as its trunk needs for what is left, at its pace of late', () => {
    expect(projectEnd(pace)).toBe('2026-11-24T12:20:00.000Z');
    expect(projectEnd({ ...pace, overMs: 5 * MINUTE })).toBe('2026-11-24T12:10:00.000Z');
    expect(projectEnd({ ...pace, left: 0 })).toBe('2026-11-24T12:00:00.000Z');
  });

  test('is not before the last of its calls may go out', () => {
    expect(projectEnd({ ...pace, notBefore: NOW + 60 * MINUTE })).toBe('2026-11-24T13:00:00.000Z');
  });

  test('is not known while no call has ended, nor of a batch that has just begun', () => {
    expect(projectEnd({ ...pace, ended: 0 })).toBeNull();
    expect(projectEnd({ ...pace, overMs: 9_999 })).toBeNull();
    expect(projectEnd({ ...pace, overMs: 10_000 })).not.toBeNull();
  });
});
