/** The last four digits that decide, with the simulated carrier, how a call ends. */
const ENDINGS = {
  /** Rings for 4 s and talks for 30 s, at speed 1. */
  answered: '0001',
  /** Rings until its ring time-out. */
  'no-answer': '0003',
} as const;

/** So many calls to different numbers, with the variables that a campaign of reminders sends. */
export function makeCalls(
  count: number,
  options: {
    readonly ending?: keyof typeof ENDINGS;
    readonly scheduledTime?: string;
    readonly priorities?: number;
  } = {},
): object[] {
  const { ending = 'answered', scheduledTime, priorities = 1 } = options;
  return Array.from({ length: count }, (_, index) => ({
    endpoint: `+1${200_000 + (index % 700_000)}${ENDINGS[ending]}`,
    additionalData: { name: `Recipient ${index}`, campaignId: 'spring', appointment: 'Tuesday at half past nine' },
    priority: 1 + (index % priorities),
    scheduledTime,
  }));
}

/** A day from now: calls that sleep for as long as any bench lasts. */
export const tomorrow = (): string => new Date(Date.now() + 24 * 3_600_000).toISOString();
