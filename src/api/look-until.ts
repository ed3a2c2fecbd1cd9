import { setTimeout as sleep } from 'node:timers/promises';

/** How long it is looked, and how often, in milliseconds. */
export interface Patience {
  readonly timeoutMs: number;
  readonly lookMs: number;
}

/** For what was asked for: then the answer tells that it is not so, yet. */
const FOR_A_CHANGE: Patience = { timeoutMs: 2_500, lookMs: 50 };

/** What is seen once it is so, or when that has taken too long. */
export async function lookUntil<Seen>(
  look: () => Promise<Seen>,
  isSo: (seen: Seen) => boolean,
  { timeoutMs, lookMs } = FOR_A_CHANGE,
): Promise<Seen> {
  const timeout = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (isSo(seen) || Date.now() > timeout) return seen;
    await sleep(lookMs);
  }
}
