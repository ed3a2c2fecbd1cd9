import { WEEKDAYS } from '../../src/contract/schedule.ts';

const weekday = WEEKDAYS[(new Date().getUTCDay() + 6 + 3) % 7] ?? '';

/** The hours of an agent that opens in three days: whatever falls due until then sleeps. */
export const CLOSED_TODAY = `schedule: { timezone: UTC, ${weekday}: [{ start: '09:00', end: '17:00' }] }`;
