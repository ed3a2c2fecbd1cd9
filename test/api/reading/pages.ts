import type { HeldCall, HeldFilter, HeldList, PageCall } from '../../../src/contract/batch.ts';
import type { CallFacts } from '../../../src/contract/call.ts';
import { batchCallId, pageId } from '../../../src/contract/ids.ts';
import type { ApiDeps } from '../../../src/api/context.ts';
import type { BatchRecord } from '../../../src/api/reading/batch-record.ts';
import { isWanted } from '../../../src/domain/held-call.ts';

const CREATED = '2026-11-24T12:00:00.000Z';

/** What a call of the batch is, as far as reading it goes. */
export function factsOf(batchId: string, more: Partial<CallFacts> = {}): CallFacts {
  return {
    orgId: 'acme',
    agentId: 'demo',
    batchId,
    trunk: 'demo',
    endpoint: '+14155550001',
    additionalData: null,
    priority: 1,
    callDeadline: '2026-11-25T12:00:00.000Z',
    timezone: 'UTC',
    overrideOutboundConfig: null,
    scheduledTime: null,
    createdTime: CREATED,
    ...more,
  };
}

/** A call as its page was loaded with it. */
export const pageCallOf = (batchId: string, index: number, more: Partial<CallFacts> = {}): PageCall => ({
  callId: batchCallId(batchId, index),
  facts: factsOf(batchId, more),
  input: { plan: { at: CREATED, waitingFor: null, summary: '' } } as PageCall['input'],
  endpointHash: '',
  searchable: [],
  summary: '',
});

/** A batch that runs, as lists know it. */
export const batchOf = (batchId: string, more: Partial<BatchRecord> = {}): BatchRecord => ({
  batchId,
  facts: { orgId: 'acme', agentId: 'demo', createdTime: CREATED } as BatchRecord['facts'],
  state: 'Starting',
  execution: 'RUNNING',
  unstarted: 1,
  sealedTime: null,
  closeTime: null,
  ...more,
});

/** Batches and pages that answer queries as their workflows do. */
export class FakePages {
  /** By the page's ID: the calls of its places, null for one that has started. */
  readonly pages = new Map<string, (HeldCall | null)[]>();
  /** Asked of pages, so far. */
  questions = 0;

  /** @param pages of one batch: which places are held */
  add(batchId: string, pages: readonly (readonly HeldCall[])[]): void {
    for (const [page, calls] of pages.entries()) this.pages.set(pageId(batchId, page), [...calls]);
  }

  /** Lets a call start. */
  start(page: string, place: number): void {
    this.pages.get(page)?.splice(place, 1, null);
  }

  get deps(): ApiDeps {
    const getHandle = (id: string) => ({
      query: (_definition: unknown, asked: HeldFilter | undefined) =>
        Promise.resolve(asked === undefined ? { holding: this.#holding(id) } : this.#list(id, asked)),
      describe: () => Promise.resolve({ status: { name: 'RUNNING' } }),
    });
    const withDeadline = <T>(_deadline: number, ask: () => Promise<T>): Promise<T> => ask();
    return { client: { workflow: { getHandle }, withDeadline } } as unknown as ApiDeps;
  }

  #holding(batchId: string): number[] {
    const holds = ([id, calls]: [string, (HeldCall | null)[]]) =>
      id.startsWith(`${batchId}-page-`) && calls.some((call) => call !== null);
    return [...this.pages].filter(holds).map(([id]) => Number(id.split('-').at(-1)));
  }

  #list(page: string, filter: HeldFilter): HeldList {
    this.questions += 1;
    const batchId = page.replace(/-page-\d+$/, '');
    const matching = (this.pages.get(page) ?? []).flatMap((held, place) =>
      held === null || !isWanted(held, [], filter) ? [] : [{ callId: `${batchId}/${page}/${place}`, place, held }],
    );
    const calls = matching.filter(({ place }) => place >= filter.from).slice(0, filter.take);
    return { matching: matching.length, calls };
  }
}
