import { setTimeout as sleep } from 'node:timers/promises';
import type { DialerEvent } from '../../contract/dialer-event.ts';
import type { AttemptEnd } from '../../contract/placement.ts';
import { toInstant } from '../../domain/instant.ts';
import type { Found, Progress } from '../dialer.ts';
import type { ProviderEvents } from '../provider-events.ts';
import { type Classified, ofLeaving } from './classify.ts';
import type { InRoom, LiveKitClient, Person } from './client.ts';
import { ANSWERED, asLeaving } from './look-back.ts';
import { AGENT_LEFT, HUNG_UP, LEFT_ALONE, LOST, UNSEEN, VOICEMAIL } from './own-ends.ts';
import { ProgressLog } from './progress-log.ts';
import { CallRecord } from './record.ts';
import { type DialRecord, roomOf } from './rooms.ts';
import type { Timing } from './timing.ts';

/** What a call has of its dialer. */
export interface CallDeps {
  readonly client: LiveKitClient;
  readonly events: ProviderEvents;
  readonly timing: Timing;
  /** Aborts when the dialer is closed. */
  readonly closed: AbortSignal;
}

/** One call, from the dial to its end, as far as somebody here has to do with it. */
export class LiveKitCall {
  readonly record: CallRecord;
  readonly room: string;
  readonly #deps: CallDeps;
  readonly #log = new ProgressLog();
  readonly #life = new AbortController();
  readonly #stopHearing: () => void;
  /** `sip.callStatus` as it was seen last. */
  #status: string | null = null;
  #sipCallId: string | null = null;
  #isDialed = false;
  #hasRung = false;
  #isVoicemail = false;
  /** Since when no agent is with the person, in the time of `performance.now()`. */
  #aloneSince: number | null = null;
  /** How often in a row no server had the room; null where there is no reason to doubt that one has. */
  #unserved: number | null = null;
  /** What it comes to where it was not answered, since we have ended it. */
  #stopped: Classified | null = null;
  /** The answer to our own request to dial, while it is awaited. */
  #dial: Promise<unknown> | null = null;
  #ending: Promise<void> | null = null;

  constructor(deps: CallDeps, record: DialRecord, isRecorded: boolean) {
    this.#deps = deps;
    this.room = roomOf(record.identity);
    this.record = new CallRecord(deps.client, record, isRecorded);
    if (record.answeredTime !== null) this.#log.push({ step: 'answered', time: record.answeredTime });
    this.#stopHearing = deps.events.on(record.identity, (event) => void this.#hear(event));
  }

  /** Aborts when nobody has to do with the call here any more. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  get lastStatus(): string | null {
    return this.#status;
  }

  /** Whether LiveKit was asked to dial, as far as is known here: before that it waits for its agent, and rings nobody. */
  get isDialed(): boolean {
    return this.#isDialed;
  }

  /** Whether it was hung up, or is over. */
  get isStopped(): boolean {
    return this.#stopped !== null || this.#ending !== null;
  }

  get isOver(): boolean {
    return this.#ending !== null;
  }

  get found(): Found {
    const { end, dialedTime, answeredTime } = this.record.now;
    if (end !== null) return { state: 'ended', end };
    return { state: 'live', startedTime: dialedTime, answeredTime };
  }

  follow(signal: AbortSignal): AsyncIterable<Progress> {
    return this.#log.follow(signal);
  }

  /** Leaves the call to others: it goes on. */
  leave(): void {
    this.#stopHearing();
    this.#life.abort();
    this.#log.close();
  }

  /** Goes on from where it stands: the person is in the room. */
  resume({ status, sipCallId }: Person): void {
    if (this.#status === null && this.#dial === null) this.#unserved ??= 0;
    this.#isDialed = true;
    this.#status = status;
    this.#sipCallId ??= sipCallId;
    if (status === 'active') this.answered(Date.now());
  }

  /** Awaits the answer to our request to dial, and watches meanwhile and afterwards. */
  async dialing(answer: Promise<string>): Promise<string> {
    this.#isDialed = true;
    this.#dial = answer.catch(() => undefined);
    void this.watch();
    try {
      return await answer;
    } finally {
      this.#dial = null;
    }
  }

  /** Looks who is in the room, again and again, until the call is over or left. */
  async watch(): Promise<void> {
    const { lookMs, talkLookMs, longestPauseMs, overdueMs } = this.#deps.timing;
    let pauseMs = lookMs;
    while (!this.life.aborted && this.#ending === null) {
      try {
        await this.#saw(await this.#deps.client.inRoom(this.room, this.room));
        await this.#seeWhetherServed();
        pauseMs = this.record.now.answeredTime === null ? lookMs : talkLookMs;
      } catch {
        // It cannot be asked now; the call may well go on, unless LiveKit has crashed.
        this.#unserved ??= 0;
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
        if (Date.now() > this.#longestAt + overdueMs) await this.#giveUp();
      }
      const left = this.#untilLongest();
      await this.#pause(left > 0 ? Math.min(pauseMs, left) : pauseMs);
    }
  }

  answered(now: number, sipCallId: string | null = null): void {
    this.#sipCallId ??= sipCallId;
    this.#status = 'active';
    if (this.#ending !== null || this.record.now.answeredTime !== null) return;
    const time = toInstant(now);
    this.#log.push({ step: 'answered', time });
    void this.record.change({ answeredTime: time });
  }

  /** Ends it, or has it never dialed. Resolves when LiveKit has taken that. */
  async hangUp(because: Classified = HUNG_UP): Promise<void> {
    this.#stopped ??= because;
    const until = performance.now() + this.#deps.timing.graceMs;
    // The person may be on the way into the room: thrown out once there, and by whoever watches if that takes long.
    while (!(await this.#deps.client.remove(this.room, this.room))) {
      if (this.#dial === null || this.#ending !== null || performance.now() > until) return;
      await this.#pause(this.#deps.timing.lookMs);
    }
  }

  /** It is over, without an answer unless one was seen. The first end counts. */
  async end(unanswered: Classified, endedAt = Date.now()): Promise<void> {
    // Of one that is left to others, what was still under way here says nothing.
    if (!this.life.aborted) this.#ending ??= this.#end(unanswered, endedAt);
    await this.#ending;
  }

  async #end(unanswered: Classified, endedAt: number): Promise<void> {
    const { dialedTime, answeredTime } = this.record.now;
    const answered = this.#isVoicemail ? VOICEMAIL : { ...ANSWERED, errorMessage: this.#stopped?.errorMessage ?? null };
    const end: AttemptEnd = {
      ...(answeredTime !== null ? answered : (this.#stopped ?? unanswered)),
      startedTime: dialedTime,
      answeredTime,
      // LiveKit's clock and ours differ.
      endedTime: toInstant(Math.max(endedAt, Date.parse(answeredTime ?? dialedTime))),
      recordId: this.#sipCallId,
      transcription: null,
    };
    await this.record.end(end);
    this.#stopHearing();
    this.#log.push({ step: 'ended', end });
    this.#life.abort();
    void this.#closeRoom();
  }

  /** So that the agent leaves, too. A room in which a person was goes by itself soon. */
  async #closeRoom(): Promise<void> {
    const { client, timing, closed } = this.#deps;
    for (let pauseMs = timing.lookMs; !closed.aborted && pauseMs <= CLOSING_MS; pauseMs *= 2) {
      try {
        return await client.deleteRoom(this.room);
      } catch {
        await sleep(pauseMs, undefined, { signal: closed }).catch(() => undefined);
      }
    }
  }

  async #saw({ person, agents, others, told }: InRoom): Promise<void> {
    this.#isVoicemail ||= told['outdial.disposition'] === 'voicemail';
    if (person === null) {
      if (this.#status !== null) await this.#gone();
      return;
    }
    this.resume(person);
    if (person.status === 'ringing') this.#ringing();
    if (agents + others > 0) this.#aloneSince = null;
    else this.#aloneSince ??= performance.now();
    const because = this.#stopped ?? this.#stopBecause();
    if (because !== null) await this.hangUp(because);
  }

  /** Where LiveKit was away, or was not watched: the call may be one that a crashed server has left on the list. */
  async #seeWhetherServed(): Promise<void> {
    if (this.#unserved === null || this.#status === null || this.#ending !== null) return;
    this.#unserved = (await this.#deps.client.isServed(this.room)) ? null : this.#unserved + 1;
    if (this.#unserved === UNSERVED) await this.end(LOST);
  }

  #ringing(): void {
    if (this.#hasRung || this.record.now.answeredTime !== null) return;
    this.#hasRung = true;
    this.#log.push({ step: 'ringing', time: toInstant(Date.now()) });
  }

  /** Why we end it ourselves: it has lasted long enough, or nobody is there to talk with. */
  #stopBecause(): Classified | null {
    if (this.#untilLongest() <= 0) return HUNG_UP;
    const isAnswered = this.record.now.answeredTime !== null;
    const { aloneMs, aloneRingingMs } = this.#deps.timing;
    const alone = this.#aloneSince === null ? 0 : performance.now() - this.#aloneSince;
    return alone > (isAnswered ? aloneMs : aloneRingingMs) ? (isAnswered ? LEFT_ALONE : AGENT_LEFT) : null;
  }

  /** How long it may last yet, in milliseconds. LiveKit's own limit counts from the first ring. */
  #untilLongest(): number {
    return this.record.now.answeredTime === null ? Infinity : this.#longestAt - Date.now();
  }

  /** Until when it may last, in milliseconds since the epoch; how long it rings comes on top where nobody has answered. */
  get #longestAt(): number {
    const { answeredTime, dialedTime, maxDurationMs } = this.record.now;
    return Date.parse(answeredTime ?? dialedTime) + maxDurationMs;
  }

  /** LiveKit cannot be asked, and has long ended the call by itself. */
  async #giveUp(): Promise<void> {
    await this.hangUp().catch(() => undefined);
    // Also where it was to be hung up: nobody saw whether somebody answered before that.
    this.#stopped = UNSEEN;
    await this.end(UNSEEN, this.#longestAt);
  }

  /** The person was seen, and is not there any more. */
  async #gone(): Promise<void> {
    // Why is told by the answer to the dial, and by LiveKit's event: both are about to come.
    await this.#dialAnswered();
    if (this.#ending !== null) return;
    const told = await this.#told();
    if (told !== null) return await this.#hear(told);
    await this.end(ofLeaving(this.#status, null));
  }

  async #told(): Promise<DialerEvent | null> {
    const events = await this.#deps.events.of(this.record.now.identity).catch(() => []);
    return events.find(({ name }) => name === 'ended') ?? null;
  }

  /** LiveKit tells by itself that the person has left. */
  async #hear({ name, time, data }: DialerEvent): Promise<void> {
    if (name !== 'ended' || this.#ending !== null) return;
    const { reason, ...left } = asLeaving(data);
    const status = left.status ?? this.#status;
    const endedAt = Date.parse(time);
    if (status === 'active' || status === 'hangup') this.answered(Math.min(endedAt, Date.now()));
    this.#status = status;
    // The answer to the dial says more.
    await this.#dialAnswered();
    await this.end(ofLeaving(status, reason), endedAt);
  }

  /** Until the answer to our own dial has come, and has had its effect; but not for long. */
  async #dialAnswered(): Promise<void> {
    if (this.#dial !== null) await Promise.race([this.#dial, this.#pause(this.#deps.timing.newsMs)]);
    await this.#pause(1);
  }

  /** Until then, or until nobody has to do with it any more. */
  async #pause(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: this.life }).catch(() => undefined);
  }
}

/** The longest pause between two tries to close a room that is not needed any more, in milliseconds. */
const CLOSING_MS = 60_000;

/** So often in a row no server has a call's room that it is over: once may be a server that is busy. */
const UNSERVED = 3;
