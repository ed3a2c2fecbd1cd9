import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptEnd } from '../../contract/placement.ts';
import type { LiveKitClient } from './client.ts';
import { type DialRecord, EMPTIED_S, KEPT_S, NO_AGENT, recordRoomOf } from './rooms.ts';

/** How long an end waits to be recorded, in milliseconds: who waits for it comes first. */
const RECORDING_MS = 2_000;

/** What LiveKit keeps of an attempt for us, kept up to date. */
export class CallRecord {
  readonly #client: LiveKitClient;
  #now: DialRecord;
  #isRecorded: boolean;
  /** One change after the other: the last is what stays. */
  #writing: Promise<void> = Promise.resolve();

  constructor(client: LiveKitClient, record: DialRecord, isRecorded: boolean) {
    this.#client = client;
    this.#now = record;
    this.#isRecorded = isRecorded;
  }

  get now(): DialRecord {
    return this.#now;
  }

  /**
   * Makes the record at LiveKit. From then on the attempt counts as dialed.
   *
   * @throws as {@link LiveKitClient} does
   */
  async make(change: Partial<DialRecord>): Promise<void> {
    this.#now = { ...this.#now, ...change };
    const metadata = JSON.stringify(this.#now);
    const name = recordRoomOf(this.#now.identity);
    const timeouts = { emptyTimeout: KEPT_S, departureTimeout: EMPTIED_S };
    await this.#client.createRoom({ name, ...timeouts, metadata }, { name: NO_AGENT, metadata: '' });
    this.#isRecorded = true;
  }

  /** Adds to it, at LiveKit as far as that can be reached: without, less can be told of the call later. */
  async change(change: Partial<DialRecord>): Promise<void> {
    this.#now = { ...this.#now, ...change };
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /** Adds the end; takes no longer than {@link RECORDING_MS}. */
  async end(end: AttemptEnd): Promise<void> {
    const giveUp = new AbortController();
    const late = sleep(RECORDING_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
    await Promise.race([this.change({ end }), late]);
    giveUp.abort();
  }

  async #write(): Promise<void> {
    try {
      if (this.#isRecorded) {
        await this.#client.setMetadata(recordRoomOf(this.#now.identity), JSON.stringify(this.#now));
        return;
      }
    } catch {
      // The room is gone, or was a server's that has crashed: it is made anew.
    }
    // Where that fails, too, the call ends as what was recorded before says, or as `uncertain`.
    await this.make({}).catch(() => undefined);
  }
}
