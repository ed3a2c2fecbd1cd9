import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../config/configuration.ts';
import type { DialerConfig, TrunkConfig } from '../config/schema.ts';
import type { Dialer } from '../dialers/dialer.ts';
import { ReplaceableDialer } from '../dialers/replaceable-dialer.ts';
import { createSimulator } from '../dialers/simulator.ts';
import { LineRegistry } from '../lines/line-registry.ts';
import { Pace } from '../lines/pace.ts';

/** What a process has one of for each trunk, whatever hosts of it come and go. */
export interface TrunkParts {
  readonly dialer: Dialer;
  readonly lines: LineRegistry;
  readonly pace: Pace;
}

interface KeptParts extends TrunkParts {
  readonly dialer: ReplaceableDialer;
  /** What the dialer was last made of. */
  dialerConfig: DialerConfig;
}

/** The trunks' parts in this process, made when a trunk is first hosted. */
export class TrunkPartsStore {
  readonly #dataDir: string;
  readonly #parts = new Map<string, KeptParts>();

  /** @param dataDir where a simulator keeps its ledger unless it names another place */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** The parts of a trunk, with its lines and rate as configured now. */
  of(trunk: TrunkConfig): TrunkParts {
    const key = keyOf(trunk);
    const parts = this.#parts.get(key) ?? this.#make(trunk);
    this.#parts.set(key, parts);
    this.#change(parts, trunk);
    return parts;
  }

  /**
   * Has every trunk that was ever hosted here follow a new configuration, at once. Nobody is hung up on: calls in progress
   * keep their lines and their dialer. One that is gone from it stays what it is, for the calls that it still has.
   */
  follow(configuration: Configuration): void {
    for (const trunk of configuration.trunks) {
      const parts = this.#parts.get(keyOf(trunk));
      if (parts !== undefined) this.#change(parts, trunk);
    }
  }

  /** Lets go of what the dialers hold open. */
  close(): void {
    for (const { dialer } of this.#parts.values()) dialer.close();
  }

  #make(trunk: TrunkConfig): KeptParts {
    return {
      dialer: new ReplaceableDialer(this.#makeDialer(trunk)),
      dialerConfig: trunk.dialer,
      lines: new LineRegistry(trunk.lines),
      pace: new Pace(trunk.callsPerSecond),
    };
  }

  #change(parts: KeptParts, trunk: TrunkConfig): void {
    if (!isDeepStrictEqual(parts.dialerConfig, trunk.dialer)) {
      parts.dialer.replace(this.#makeDialer(trunk));
      parts.dialerConfig = trunk.dialer;
    }
    parts.pace.callsPerSecond = trunk.callsPerSecond;
    parts.lines.resize(trunk.lines);
  }

  #makeDialer({ orgId, name, dialer: { ledger, speed } }: TrunkConfig): Dialer {
    const ledgerPath = ledger ?? join(this.#dataDir, `ledger-${orgId}-${name}.jsonl`);
    return createSimulator({ trunk: name, ledgerPath, speed });
  }
}

const keyOf = ({ orgId, name }: TrunkConfig): string => `${orgId}/${name}`;
