import type { Ledger } from './ledger.ts';
import { withLine, type Call } from './call.ts';

/** Enough that calls which end are at hand for whoever still follows them; at most twice as many are kept, some 10 MB. */
const RECENT_CALLS = 10_000;

/**
 * The calls that a ledger tells of. All that may be live are in memory, and those that ended lately; any other is looked up
 * in the ledger. So memory does not grow with the calls that were ever made. What that costs: opening reads the whole
 * ledger, some 8 s for a million calls (four lines each, 0.7 GB), and to find a call that is long over or was never placed
 * takes another look at all of it, half a second for each gigabyte.
 */
export class SimulatorMemory {
  readonly #ledger: Ledger;
  readonly #onChange: (identity: string) => void;
  readonly #open = new Map<string, Call>();
  /** Over. When they are many, they take the place of the older, which are forgotten. */
  #recent = new Map<string, Call>();
  #older = new Map<string, Call>();

  /** @param onChange told of every identity of which a refresh has read something */
  constructor(ledger: Ledger, onChange: (identity: string) => void) {
    this.#ledger = ledger;
    this.#onChange = onChange;
  }

  /** Reads what was written since the last time, by this process or another. */
  refresh(): void {
    const restart = () => {
      this.#open.clear();
      this.#recent.clear();
      this.#older.clear();
    };
    this.#ledger.read((line) => {
      const call = withLine(this.#atHand(line.identity), line);
      if (call !== undefined) this.#keep(call);
      this.#onChange(line.identity);
    }, restart);
  }

  /** A call as the ledger has it now; undefined for one that was never placed. */
  get(identity: string): Call | undefined {
    this.refresh();
    const atHand = this.#atHand(identity);
    if (atHand !== undefined) return atHand;
    let call: Call | undefined;
    this.#ledger.readOnly(identity, (line) => (call = withLine(call, line)));
    if (call !== undefined) this.#keep(call);
    return call;
  }

  /** The calls that are live at `now`. */
  live(now: number): Call[] {
    this.refresh();
    for (const call of this.#open.values()) {
      if (call.fate.endedAt <= now) this.#keepRecent(call); // over, though nobody has written so
    }
    return [...this.#open.values()];
  }

  #atHand(identity: string): Call | undefined {
    return this.#open.get(identity) ?? this.#recent.get(identity) ?? this.#older.get(identity);
  }

  #keep(call: Call): void {
    if (call.written.includes('ended')) this.#keepRecent(call);
    else this.#open.set(call.place.identity, call);
  }

  #keepRecent(call: Call): void {
    this.#open.delete(call.place.identity);
    this.#recent.set(call.place.identity, call);
    if (this.#recent.size < RECENT_CALLS) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }
}
