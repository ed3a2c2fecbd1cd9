import type { WorkflowHandle } from '@temporalio/client';
import { v4 as uuid } from 'uuid';
import type { BatchProgress, HeldCall, PageCall, SealAnswer, Tally } from '../../src/contract/batch.ts';
import { batchCallId, pageId } from '../../src/contract/ids.ts';
import {
  cancelHeldCallUpdate,
  getBatchQuery,
  getHeldCallQuery,
  loadPageUpdate,
  openPagesUpdate,
  sealBatchUpdate,
} from '../../src/contract/messages.ts';
import { commonParts, packCall, type PageLoad } from '../../src/contract/packed-page.ts';
import { startBatchOptions } from '../../src/contract/start-batch.ts';
import { toInstant } from '../../src/domain/instant.ts';
import type { callBatch } from '../../src/workflows/call-batch.ts';
import { type CallWish, pageCall } from './requests.ts';
import type { World } from './world.ts';

/** One bulk request, handed over as the API does it, step by step. */
export class Batch {
  readonly id: string;
  /** Page by page. */
  readonly pages: readonly (readonly PageCall[])[];
  readonly handle: WorkflowHandle<typeof callBatch>;
  readonly #world: World;

  private constructor(world: World, handle: WorkflowHandle<typeof callBatch>, pages: readonly (readonly PageCall[])[]) {
    this.id = handle.workflowId;
    this.pages = pages;
    this.handle = handle;
    this.#world = world;
  }

  /** Starts the batch; resolves when its pages can be loaded. */
  static async open(world: World, ...pages: readonly (readonly CallWish[])[]): Promise<Batch> {
    const batchId = uuid();
    const now = await world.now();
    let index = 0;
    const calls = pages.map((page) =>
      page.map((wish) => {
        const inBatch = { ...wish, facts: { batchId, ...wish.facts } };
        return pageCall(now, inBatch, batchCallId(batchId, index++));
      }),
    );
    await world.start<typeof callBatch>('callBatch', {
      ...startBatchOptions(
        batchId,
        {
          orgId: 'acme',
          agentId: 'reminder',
          trunk: 'demo',
          name: null,
          createdTime: toInstant(now),
          total: index,
          pages: pages.length,
          lastScheduleTime: toInstant(now),
          bodyHash: null,
        },
        pages.flatMap((page, number) => [number, page.length]),
        calls
          .flat()
          .map(({ facts }) => facts.callDeadline)
          .sort()
          .at(-1) ?? '',
      ),
    });
    // Time is not skipped while it is awaited: the server would skip over what one workflow sends to another.
    const handle = world.client.workflow.getHandle<typeof callBatch>(batchId);
    await handle.executeUpdate(openPagesUpdate);
    return new Batch(world, handle, calls);
  }

  get calls(): readonly PageCall[] {
    return this.pages.flat();
  }

  /** The page's workflow, from 0. */
  page(number = 0): WorkflowHandle {
    return this.#world.client.workflow.getHandle(pageId(this.id, number));
  }

  /** A call's workflow, by its place in the request. */
  call(index: number): WorkflowHandle {
    return this.#world.client.workflow.getHandle(batchCallId(this.id, index));
  }

  async load(): Promise<void> {
    await Promise.all(
      this.pages.map((calls, number) =>
        this.page(number).executeUpdate(loadPageUpdate, { args: [pack(calls)], updateId: 'load' }),
      ),
    );
  }

  async seal(): Promise<SealAnswer> {
    return await this.handle.executeUpdate(sealBatchUpdate, { updateId: 'seal' });
  }

  async progress(): Promise<BatchProgress> {
    return await this.handle.query(getBatchQuery);
  }

  async result(): Promise<Tally> {
    return await this.handle.result();
  }

  async heldCall(index: number, page = 0): Promise<HeldCall | null> {
    return await this.page(page).query(
      getHeldCallQuery,
      batchCallId(this.id, index),
      toInstant(await this.#world.now()),
    );
  }

  async cancelHeldCall(index: number, page = 0): Promise<boolean> {
    return await this.page(page).executeUpdate(cancelHeldCallUpdate, { args: [batchCallId(this.id, index)] });
  }

  /** Which of the calls have a workflow, by their place in the request. */
  async started(): Promise<number[]> {
    const found = await Promise.all(
      this.calls.map((_, index) =>
        this.call(index)
          .describe()
          .then(
            () => [index],
            () => [],
          ),
      ),
    );
    return found.flat();
  }
}

/** A page as the API loads it. */
function pack(calls: readonly PageCall[]): PageLoad {
  const common = commonParts(calls);
  return { common, calls: calls.map((call) => packCall(call, common)) };
}
