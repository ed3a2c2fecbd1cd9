import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../config/configuration.ts';
import type { DialerConfig, TrunkConfig } from '../config/schema.ts';
import type { Dialer } from '../dialers/dialer.ts';
import { ReplaceableDialer } from '../dialers/replaceable-dialer.ts';
import { LineRegistry } from '../lines/line-registry.ts';
import { Outage } from '../lines/outage.ts';
import { Pace } from '../lines/pace.ts';
import type { DialerEvents } from '../temporal/dialer-events.ts';
import { makeDialer, type DialerDeps } from './make-dialer.ts';
import { TrunkEvents } from './trunk-events.ts';

/** What a process has one of for each trunk, whatever hosts of it come and go. */
export interface TrunkParts {
  readonly dialer: Dialer;
  readonly lines: LineRegistry;
  readonly pace: Pace;
  readonly outage: Outage;
  readonly events: TrunkEvents;
}

/** What dialers are made with, and where their providers' events are kept. */
export interface PartsDeps extends Omit<DialerDeps, 'events'> {
  readonly events: DialerEvents;
}

interface KeptParts extends TrunkParts {
  readonly dialer: ReplaceableDialer;
  /** What the dialer was last made of. */
  dialerConfig: DialerConfig;
}

/** The trunks' parts in this process, made when a trunk is first hosted. */
export class TrunkPartsStore {
  readonly #deps: PartsDeps;
  readonly #parts = new Map<string, KeptParts>();

  constructor(deps: PartsDeps) {
    this.#deps = deps;
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
    const events = new TrunkEvents(this.#deps.events);
    return {
      dialer: new ReplaceableDialer(makeDialer(trunk, { ...this.#deps, events })),
      dialerConfig: trunk.dialer,
      lines: new LineRegistry(trunk.lines),
      pace: new Pace(trunk.callsPerSecond),
      outage: new Outage(),
      events,
    };
  }

  #change(parts: KeptParts, trunk: TrunkConfig): void {
    if (!isDeepStrictEqual(parts.dialerConfig, trunk.dialer)) {
      parts.dialer.replace(makeDialer(trunk, { ...this.#deps, events: parts.events }));
      parts.dialerConfig = trunk.dialer;
    }
    parts.pace.callsPerSecond = trunk.callsPerSecond;
    parts.lines.resize(trunk.lines);
  }
}

const keyOf = ({ orgId, name }: TrunkConfig): string => `${orgId}/${name}`;
