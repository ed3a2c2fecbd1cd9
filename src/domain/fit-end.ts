import type { AttemptEnd } from '../contract/placement.ts';

/** The longest transcript that is kept, in bytes of JSON: 18 hours of talk. */
export const MOST_TRANSCRIPT_BYTES = 1_000_000;

/** The largest analysis, in bytes of JSON. */
export const MOST_ANALYSIS_BYTES = 200_000;

/** The longest message or name of a provider, in bytes of JSON: people are to read it. */
export const MOST_TEXT_BYTES = 10_000;

/** Far deeper than any real analysis. What is much deeper nothing can write: each try to tell the end would fail. */
const MOST_LEVELS = 100;

/**
 * An end as the call's workflow can carry it. Temporal takes values of up to 2 MiB, and a webhook's event holds
 * transcript, analysis and the call's variables together (tried: 2,095,000 bytes of it go through, 2,154,000 leave the
 * call stuck). A history has them three times where a receiver fails at first, and most clients read 4 MiB of one at
 * once. What is too large is left out, whole, and `errorMessage` says so, and where it is: nothing is cut.
 */
export function fitEnd(end: AttemptEnd): AttemptEnd {
  const recordId = fits(end.recordId, MOST_TEXT_BYTES) ? end.recordId : null;
  const at = recordId === null ? 'look it up at the provider' : `look it up at the provider under ${recordId}`;
  const notes: string[] = [];
  const keep = <T>(value: T, name: string, most: number): T | null => {
    if (isDeeper(value, MOST_LEVELS)) {
      notes.push(`The ${name} has more than ${MOST_LEVELS} objects and arrays within each other: ${at}`);
      return null;
    }
    if (fits(value, most)) return value;
    notes.push(`The ${name} has ${counted(bytesOf(value))} bytes, more than the ${counted(most)} that are kept: ${at}`);
    return null;
  };
  const fitted: AttemptEnd = {
    ...end,
    recordId,
    providerCode: keep(end.providerCode, "provider's code", MOST_TEXT_BYTES),
    transcription: keep(end.transcription, 'transcript', MOST_TRANSCRIPT_BYTES),
    ...(end.postCallAnalysis === undefined
      ? {}
      : { postCallAnalysis: keep(end.postCallAnalysis, 'analysis', MOST_ANALYSIS_BYTES) }),
    errorMessage: keep(end.errorMessage, "provider's message", MOST_TEXT_BYTES),
  };
  if (recordId !== end.recordId) notes.push("The provider's ID of the call is longer than any that is kept");
  if (notes.length === 0) return end;
  return { ...fitted, errorMessage: [fitted.errorMessage, ...notes].filter((note) => note !== null).join('. ') };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

const fits = (value: unknown, most: number): boolean => bytesOf(value) <= most;

const encoder = new TextEncoder();

/** As Temporal stores it. */
const bytesOf = (value: unknown): number => encoder.encode(JSON.stringify(value) ?? '').length;

/** `2,345,678` */
const counted = (bytes: number): string => bytes.toLocaleString('en-US');
