import { EventEmitter } from 'node:events';
import type { DialerEvent } from '../contract/dialer-event.ts';
import type { ProviderEvents } from '../dialers/provider-events.ts';
import type { DialerEvents } from '../temporal/dialer-events.ts';

/** The events of one trunk's provider that reach this process, for its dialer. */
export class TrunkEvents implements ProviderEvents {
  readonly #stored: DialerEvents;
  readonly #heard = new EventEmitter<Record<string, [DialerEvent]>>();

  constructor(stored: DialerEvents) {
    this.#stored = stored;
    // One for each call in progress.
    this.#heard.setMaxListeners(0);
  }

  /** Passes on an event that has just come. Of a call that nobody here follows, whoever takes it over reads it. */
  hear(event: DialerEvent): void {
    this.#heard.emit(event.identity, event);
  }

  on(identity: string, listener: (event: DialerEvent) => void): () => void {
    this.#heard.on(identity, listener);
    return () => this.#heard.off(identity, listener);
  }

  async of(identity: string): Promise<readonly DialerEvent[]> {
    return await this.#stored.of(identity);
  }
}
