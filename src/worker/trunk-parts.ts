import { join } from 'node:path';
import type { TrunkConfig } from '../config/schema.ts';
import type { Dialer } from '../dialers/dialer.ts';
import { createSimulator } from '../dialers/simulator.ts';
import { LineRegistry } from '../lines/line-registry.ts';
import { Pace } from '../lines/pace.ts';

/** What a process has one of for each trunk, whatever hosts of it come and go. */
export interface TrunkParts {
  readonly dialer: Dialer;
  readonly lines: LineRegistry;
  readonly pace: Pace;
}

/** The trunks' parts in this process, made when a trunk is first hosted. */
export class TrunkPartsStore {
  readonly #dataDir: string;
  readonly #parts = new Map<string, TrunkParts>();

  /** @param dataDir where a simulator keeps its ledger unless it names another place */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** The parts of a trunk, with its lines and rate as configured now. */
  of(trunk: TrunkConfig): TrunkParts {
    const key = `${trunk.orgId}/${trunk.name}`;
    const parts = this.#parts.get(key) ?? this.#make(trunk);
    this.#parts.set(key, parts);
    parts.lines.resize(trunk.lines);
    parts.pace.callsPerSecond = trunk.callsPerSecond;
    return parts;
  }

  /** Lets go of what the dialers hold open. */
  close(): void {
    for (const { dialer } of this.#parts.values()) dialer.close();
  }

  #make({ orgId, name, lines, callsPerSecond, dialer: { ledger, speed } }: TrunkConfig): TrunkParts {
    const ledgerPath = ledger ?? join(this.#dataDir, `ledger-${orgId}-${name}.jsonl`);
    const dialer = createSimulator({ trunk: name, ledgerPath, speed });
    return { dialer, lines: new LineRegistry(lines), pace: new Pace(callsPerSecond) };
  }
}
