import { CancellationScope, condition, proxyActivities, setCurrentDetails, upsertMemo } from '@temporalio/workflow';
import type { SuppressActivities } from '../activities/suppress-numbers.ts';
import type { ImportMemo, SuppressionImport } from '../contract/suppression-import.ts';

const { suppressNumbers } = proxyActivities<SuppressActivities>({
  // Of a chunk: each number's workflow costs the server some 20 ms, and others want their share of it.
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30s',
  retry: { maximumInterval: '10s' },
  summary: 'puts numbers on the do-not-call list',
});

/** How many numbers one activity is handed: what is lost of it when its worker is gone is done again. */
const CHUNK = 250;

/** Says by being there that an organization has a do-not-call list, so that dials are to ask for their numbers. */
export async function suppressionList(): Promise<void> {
  await CancellationScope.nonCancellable(() => condition(() => false));
}

/** Puts many numbers on an organization's do-not-call list, and shows in its memo how far it has come. */
export async function suppressionImport(input: SuppressionImport): Promise<void> {
  const { orgId, reasons, numbers } = input;
  const total = numbers.length;
  for (let from = 0; from < total; from += CHUNK) {
    const chunk = numbers.slice(from, from + CHUNK);
    await suppressNumbers(
      orgId,
      chunk.map(([hash, masked, reason]) => ({ hash, masked, reason: reasons[reason ?? -1] ?? null })),
    );
    const done = from + chunk.length;
    const memo: ImportMemo = { import: { orgId, total, done } };
    upsertMemo(memo);
    setCurrentDetails(`${done} of ${total} numbers are on the list`);
  }
}
