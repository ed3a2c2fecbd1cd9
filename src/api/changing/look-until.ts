import { setTimeout as sleep } from 'node:timers/promises';

/** How long what was asked for may take before an answer tells that it is not so, yet, in milliseconds. */
const TIMEOUT_MS = 2_500;

/** How often it is looked at meanwhile, in milliseconds. */
const LOOK_MS = 50;

/** What is seen once it is so, or when that has taken too long. */
export async function lookUntil<Seen>(look: () => Promise<Seen>, isSo: (seen: Seen) => boolean): Promise<Seen> {
  const timeout = Date.now() + TIMEOUT_MS;
  for (;;) {
    const seen = await look();
    if (isSo(seen) || Date.now() > timeout) return seen;
    await sleep(LOOK_MS);
  }
}
