import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttemptEnd } from '../../src/contract/placement.ts';
import { fitEnd, MOST_ANALYSIS_BYTES, MOST_TEXT_BYTES, MOST_TRANSCRIPT_BYTES } from '../../src/domain/fit-end.ts';

const END: AttemptEnd = {
  startedTime: '2026-11-24T09:00:00.000Z',
  answeredTime: '2026-11-24T09:00:05.000Z',
  endedTime: '2026-11-24T09:10:00.000Z',
  disposition: 'answered',
  providerCode: '200',
  recordId: 'rec-7',
  transcription: 'Hello?',
  errorMessage: null,
  postCallAnalysis: { mood: 'good' },
};

/** Of so many bytes as JSON. */
const text = (bytes: number): string => 'a'.repeat(bytes - 2);

describe('the end of an attempt', () => {
  test('stays as it is where it is not too large, to the last byte', () => {
    const largest = {
      ...END,
      transcription: text(MOST_TRANSCRIPT_BYTES),
      postCallAnalysis: text(MOST_ANALYSIS_BYTES),
      errorMessage: text(MOST_TEXT_BYTES),
    };
    for (const end of [END, largest, { ...END, postCallAnalysis: undefined }]) expect(fitEnd(end)).toBe(end);
  });

  test.each([
    ['a transcript', { transcription: text(2_345_678) }, 'The transcript has 2,345,678 bytes, more than the 1,000,000'],
    // Each takes six bytes, `\\u0001`.
    ['what JSON escapes', { transcription: '\u0001'.repeat(200_000) }, 'The transcript has 1,200,002 bytes'],
    [
      'an analysis',
      { postCallAnalysis: { all: text(600_000) } },
      'The analysis has 600,008 bytes, more than the 200,000',
    ],
    ["a provider's message", { errorMessage: text(10_001) }, "The provider's message has 10,001 bytes"],
  ])('is without %s that is too large, and says so and where it is', (_, large, note) => {
    const end = { ...END, ...large };
    const fitted = fitEnd(end);
    expect(fitted.errorMessage).toContain(note);
    expect(fitted.errorMessage).toContain('that are kept: look it up at the provider under rec-7');
    const without = Object.fromEntries(Object.keys(large).map((field) => [field, null]));
    expect(fitted).toEqual({ ...END, ...without, errorMessage: fitted.errorMessage });
  });

  test('is without an analysis that is nested so deeply that nothing can write it', () => {
    const depth = 90_000;
    const postCallAnalysis: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(fitEnd({ ...END, postCallAnalysis })).toEqual({
      ...END,
      postCallAnalysis: null,
      errorMessage:
        'The analysis has more than 100 objects and arrays within each other: look it up at the provider under rec-7',
    });
  });

  test('keeps what its provider said, beside all that is to be said of it', () => {
    const end = { ...END, recordId: null, errorMessage: 'line noise', transcription: text(1_000_001) };
    expect(fitEnd({ ...end, postCallAnalysis: text(500_001) }).errorMessage).toBe(
      'line noise. The transcript has 1,000,001 bytes, more than the 1,000,000 that are kept: look it up at the provider. ' +
        'The analysis has 500,001 bytes, more than the 200,000 that are kept: look it up at the provider',
    );
  });

  test('is never larger than a webhook can tell, whatever its dialer says, and nothing of it is cut', () => {
    const size = fc.integer({ min: 0, max: 1_500_000 });
    const unit = fc.constantFrom('a', '"', 'é', '\u0001', '😀', '\ud800');
    const value = fc.tuple(unit, size).map(([one, bytes]) => one.repeat(bytes / 4));
    const fields = {
      transcription: value,
      postCallAnalysis: value,
      errorMessage: value,
      recordId: value,
      providerCode: value,
    };
    fc.assert(
      fc.property(fc.record(fields), (large) => {
        const fitted = fitEnd({ ...END, ...large });
        expect(Buffer.byteLength(JSON.stringify(fitted))).toBeLessThan(1_600_000);
        const { transcription, postCallAnalysis, recordId, providerCode } = fitted;
        expect([null, large.transcription]).toContain(transcription);
        expect([null, large.postCallAnalysis]).toContain(postCallAnalysis);
        expect([null, large.recordId]).toContain(recordId);
        expect([null, large.providerCode]).toContain(providerCode);
      }),
      { numRuns: 25 },
    );
  });
});
