import { describe, expect, test } from 'vitest';
import { shownPath } from '../../src/api/shown-path.ts';

describe('the path of a request, as answers and logs have it', () => {
  test('has no number in it, however that is written', () => {
    for (const number of ['+14155550001', '%2B14155550001', 'sip:ada@example.com', '4155550001/x', 'imp']) {
      expect(shownPath(`/api/v1/suppressions/${number}`)).toBe('/api/v1/suppressions/•••');
    }
    expect(shownPath('/api/v1/Suppressions/4155550001')).not.toContain('4155550001');
  });

  test('has no token of an attempt in it', () => {
    expect(shownPath('/api/v1/dialer-events/eyJh.eyJv.x1')).toBe('/api/v1/dialer-events/•••');
    expect(shownPath('/api/v1/dialer-events/livekit')).toBe('/api/v1/dialer-events/livekit');
  });

  test('is else as it is', () => {
    for (const path of ['/api/v1/calls/a-b', '/api/v1/suppressions/import', '/api/v1/suppressions/imports/a-b', '/']) {
      expect(shownPath(path)).toBe(path);
    }
  });
});
