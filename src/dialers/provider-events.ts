import type { DialerEvent } from '../contract/dialer-event.ts';

/** What a trunk's provider tells of its calls by itself, as it reaches the trunk's host. */
export interface ProviderEvents {
  /** Calls the listener with each event of an attempt from now on; answers how to stop that. */
  on(identity: string, listener: (event: DialerEvent) => void): () => void;
  /**
   * Everything that was told of an attempt so far, here or to an earlier host.
   *
   * @throws when Temporal cannot be asked
   */
  of(identity: string): Promise<readonly DialerEvent[]>;
}
