import {
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  type BatchInput,
  type BatchProgress,
  type BatchState,
  EMPTY_TALLY,
  type PageResult,
  type Tally,
} from '../contract/batch.ts';
import {
  cancelBatchSignal,
  getBatchQuery,
  getPageOfQuery,
  openPagesUpdate,
  pageStartedSignal,
  pauseBatchSignal,
  resumeBatchSignal,
  sealBatchUpdate,
} from '../contract/messages.ts';
import { BATCH_STATE, UNSTARTED } from '../contract/search-attributes.ts';
import type { BatchMemo } from '../contract/start-batch.ts';
import { toInstant } from '../domain/instant.ts';
import { pageOf, pageSizes } from '../domain/page-layout.ts';
import { readReason, readSignal } from './read-signal.ts';
import { addTallies } from './tally.ts';

/** What a batch's handlers and its story share. */
export class BatchFlow {
  /** Whether its pages can be loaded. */
  opened = false;
  sealed = false;
  expired = false;
  canceled = false;
  paused = false;
  /** Whether it has ended, and is only told: nobody cancels or pauses it any more. */
  over = false;
  ended: Tally = EMPTY_TALLY;
  readonly #input: BatchInput;
  /** How many calls each page holds. */
  readonly #sizes: readonly number[];
  /** Of pages that have started their calls, by number: how many of these no workflow stands for. */
  readonly #unstarted = new Map<number, number>();
  /** Pages that have ended, by number: one that an operator ended early may have started nothing. */
  readonly #over = new Set<number>();
  #reason: string | null = null;
  #told: { readonly state: BatchState; readonly unstarted: number } | null = null;
  #waking = new CancellationScope();

  /** @param wake wakes the calls that a pause has held back */
  constructor(input: BatchInput, wake: () => Promise<void>) {
    this.#input = input;
    this.#sizes = pageSizes(input.layout ?? []);
    setHandler(pauseBatchSignal, (raw) => this.#stop('paused', readReason(readSignal(raw))));
    setHandler(resumeBatchSignal, () => this.#resume(wake));
    setHandler(cancelBatchSignal, (raw) => this.cancel(readReason(readSignal(raw))));
    setHandler(pageStartedSignal, (raw) => {
      const { page, unstarted } = readSignal(raw);
      if (typeof page === 'number') this.#pageStarted(page, typeof unstarted === 'number' ? unstarted : 0);
    });
    setHandler(getBatchQuery, () => this.#progress());
    setHandler(getPageOfQuery, (index) => pageOf(input.layout ?? [], index));
    setHandler(openPagesUpdate, () => condition(() => this.opened));
    setHandler(sealBatchUpdate, () => {
      if (this.expired || this.canceled) return 'expired';
      this.#seal();
      return 'sealed';
    });
  }

  cancel(reason: string | null): void {
    this.#stop('canceled', reason);
  }

  /** Whether a page has started what it has to start. */
  isStarted(page: number): boolean {
    return this.#unstarted.has(page) || this.#over.has(page);
  }

  /** @param result null of a page that an operator terminated: its calls count for themselves */
  pageEnded(page: number, result: PageResult | null): void {
    this.#over.add(page);
    if (result === null) return;
    this.ended = addTallies(this.ended, result);
    // Pages of earlier versions do not say.
    this.#pageStarted(page, result.unstarted ?? this.#unstarted.get(page) ?? 0);
  }

  get state(): BatchState {
    if (this.canceled) return 'Canceled';
    if (!this.sealed) return 'Open';
    if (this.paused) return 'Paused';
    return this.#numbers.every((page) => this.isStarted(page)) ? 'Running' : 'Starting';
  }

  #pageStarted(page: number, unstarted: number): void {
    this.#unstarted.set(page, unstarted);
    this.#tell();
  }

  /** Shows how the batch stands where the hosts of lines and lists look: in its search attributes. */
  #tell(): void {
    if (!this.#hasLayout || !this.sealed) return;
    const { state } = this;
    const unstarted = this.#countUnstarted();
    if (this.#told?.state === state && this.#told.unstarted === unstarted) return;
    this.#told = { state, unstarted };
    upsertSearchAttributes([
      { key: BATCH_STATE, value: state },
      { key: UNSTARTED, value: unstarted },
    ]);
  }

  #seal(): void {
    if (this.sealed) return;
    this.sealed = true;
    const memo: Partial<BatchMemo> = { sealedTime: toInstant(Date.now()) };
    if (this.#hasLayout) upsertMemo(memo);
    this.#tell();
  }

  #stop(how: 'paused' | 'canceled', reason: string | null): void {
    if (this.canceled || this.over) return;
    this.#waking.cancel();
    this[how] = true;
    this.#reason = reason;
    this.#tell();
  }

  async #resume(wake: () => Promise<void>): Promise<void> {
    if (!this.paused || this.canceled) return;
    this.paused = false;
    this.#reason = null;
    this.#tell();
    this.#waking = new CancellationScope();
    await this.#waking.run(wake).catch((error: unknown) => {
      if (!isCancellation(error)) throw error; // Paused again.
    });
  }

  get #numbers(): number[] {
    return Array.from({ length: this.#input.pages }, (_, page) => page);
  }

  /** A batch of a version before layouts has never shown anything: its history is to be played again as it was. */
  get #hasLayout(): boolean {
    return this.#input.layout !== undefined;
  }

  #countUnstarted(): number {
    return this.#numbers.reduce((sum, page) => sum + (this.#unstarted.get(page) ?? this.#sizes[page] ?? 0), 0);
  }

  #progress(): BatchProgress {
    return {
      state: this.state,
      reason: this.#reason,
      total: this.#input.total,
      pagesStarted: this.#unstarted.size,
      holding: this.#numbers.filter((page) => this.#unstarted.get(page) !== 0),
      ended: this.ended,
    };
  }
}
