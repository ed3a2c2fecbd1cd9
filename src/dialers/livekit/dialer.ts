import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type AttemptAddress, TOKEN_ATTRIBUTE } from '../../contract/dialer-event.ts';
import { attemptOf, callIdOf } from '../../contract/ids.ts';
import type { AttemptEnd } from '../../contract/placement.ts';
import { toInstant } from '../../domain/instant.ts';
import {
  alwaysSure,
  type AttemptRef,
  type Confirm,
  type Dialer,
  type DialRequest,
  type Found,
  type Progress,
  ProviderUnavailable,
} from '../dialer.ts';
import type { ProviderEvents } from '../provider-events.ts';
import { type CallDeps, LiveKitCall } from './call.ts';
import { ofRefusedRoom, whyTrunkMustWait } from './classify.ts';
import { type LiveKitAccess, LiveKitClient, type SipDial } from './client.ts';
import { dialOnceAgentIsThere } from './dialing.ts';
import type { Refused } from './errors.ts';
import { answeredTimeOf, endOf, uncertainEnd } from './look-back.ts';
import { lookUp, type LookedUp } from './look-up.ts';
import { CallRecord } from './record.ts';
import { type DialRecord, EMPTIED_S, KEPT_S, readRecord, recordRoomOf, roomOf } from './rooms.ts';
import { type Timing, TIMING } from './timing.ts';

export interface LiveKitOptions extends LiveKitAccess {
  readonly orgId: string;
  readonly trunk: string;
  /** LiveKit's ID of the outbound trunk: `ST_…`. */
  readonly sipTrunkId: string;
  /** The name under which the agent is registered, where a request names none. */
  readonly agentName: string;
  readonly events: ProviderEvents;
  /** What LiveKit's events of an attempt are known by, {@link TOKEN_ATTRIBUTE}. */
  readonly token: (attempt: AttemptAddress) => Promise<string>;
  /** @default TIMING */
  readonly timing?: Timing;
}

/** A record that may have been dropped already tells nothing by not being there: so much before that it counts as gone. */
const FORGOTTEN_MS = (KEPT_S - 300) * 1_000;

/** How many rooms are looked into at once. */
const AT_ONCE = 10;

/** Dials through LiveKit's SIP bridge, one room for each attempt: the voice agent first, then the person. */
export class LiveKitDialer implements Dialer {
  readonly #options: LiveKitOptions;
  readonly #timing: Timing;
  readonly #client: LiveKitClient;
  readonly #calls = new Map<string, LiveKitCall>();
  readonly #followers = new Map<LiveKitCall, number>();
  readonly #closed = new AbortController();

  constructor(options: LiveKitOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    this.#client = new LiveKitClient(options);
  }

  async place(request: DialRequest, confirm: Confirm = alwaysSure): Promise<void> {
    const { orgId, trunk } = this.#options;
    const { identity, maxDurationMs } = request;
    const address = { orgId, trunk, identity };
    const token = await this.#options.token(address);
    const dialedTime = toInstant(Date.now());
    const call = this.#callOf({ ...address, dialedTime, maxDurationMs, answeredTime: null, end: null }, false);
    try {
      await this.#sendForAgent(call, request);
    } catch (error) {
      const why = whyTrunkMustWait(error);
      if (why === null) return void call.end(ofRefusedRoom(error as Refused));
      this.#forget(call);
      throw new ProviderUnavailable(why);
    }
    void dialOnceAgentIsThere({ ...this.#deps, confirm }, call, this.#dialOf(call.room, request, token));
  }

  async *follow(identity: string, signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    const call = this.#calls.get(identity) ?? (await this.#takeUp(identity, signal));
    if (!(call instanceof LiveKitCall)) return call === null ? undefined : yield { step: 'ended', end: call };
    this.#followers.set(call, (this.#followers.get(call) ?? 0) + 1);
    try {
      yield* call.follow(signal);
    } finally {
      const others = (this.#followers.get(call) ?? 1) - 1;
      this.#followers.set(call, others);
      if (others === 0) this.#forget(call);
    }
  }

  async find({ identity, since }: AttemptRef): Promise<Found> {
    const known = this.#calls.get(identity);
    if (known?.isDialed === true || known?.isOver === true) return known.found;
    // Who prepares it may have lost the attempt, and then never dials it. Once it is left it is not dialed any more.
    if (known !== undefined) this.#forget(known);
    const looked = await lookUp(this.#client, identity, this.#timing.graceMs);
    switch (looked.kind) {
      case 'nothing':
        return { state: Date.now() - Date.parse(since) > FORGOTTEN_MS ? 'unknown' : 'never-placed' };
      case 'not-dialed':
      case 'not-taken':
        // The agent waits in vain. It is sent away first: without the room nobody can be dialed any more.
        await this.#close(roomOf(identity));
        await this.#close(recordRoomOf(identity));
        return { state: 'never-placed' };
      case 'live': {
        const answeredTime = answeredTimeOf(looked);
        // Noted at once: it may be over before anybody follows it.
        if (answeredTime !== looked.record.answeredTime)
          await new CallRecord(this.#client, looked.record, true).change({ answeredTime });
        return { state: 'live', startedTime: looked.record.dialedTime, answeredTime };
      }
      case 'over': {
        const end = await endOf(looked.record, this.#options.events);
        return end === null ? { state: 'unknown' } : { state: 'ended', end };
      }
    }
  }

  async live(): Promise<readonly string[]> {
    const { orgId, trunk } = this.#options;
    const rooms = await this.#client.rooms([]);
    const open = new Set(rooms.map(({ name }) => name));
    // The room of a call says whose it is; so does its record, where an agent has put something else into the room.
    const records = rooms.flatMap(({ metadata }) => readRecord(metadata) ?? []);
    const over = new Set(records.filter(({ end }) => end !== null).map(({ identity }) => identity));
    const identities = records
      .filter((record) => record.orgId === orgId && record.trunk === trunk)
      .map(({ identity }) => identity)
      .filter((identity) => open.has(roomOf(identity)) && !over.has(identity));
    const ours = [...new Set(identities)];
    const limit = pLimit(AT_ONCE);
    const live = await Promise.all(ours.map((identity) => limit(() => this.#isLive(identity))));
    return ours.filter((_, index) => live[index]);
  }

  async hangUp(identity: string): Promise<void> {
    const call = this.#calls.get(identity);
    if (call !== undefined) return await call.hangUp();
    const room = roomOf(identity);
    await this.#client.remove(room, room);
  }

  describe(): string {
    return `LiveKit at ${new URL(this.#options.url).host}`;
  }

  close(): void {
    this.#closed.abort();
    for (const call of [...this.#calls.values()]) this.#forget(call);
  }

  get #deps(): CallDeps {
    return { client: this.#client, events: this.#options.events, timing: this.#timing, closed: this.#closed.signal };
  }

  /** Makes the room and dispatches the agent into it, in one request that can be repeated: nobody is dispatched twice. */
  async #sendForAgent({ room: name, record }: LiveKitCall, request: DialRequest): Promise<void> {
    const { agentName } = this.#options;
    const { identity, agentId, prompt, variables, voiceAgent } = request;
    const metadata = { callId: callIdOf(identity), attempt: attemptOf(identity), agentId, prompt, variables };
    await this.#client.createRoom(
      { name, emptyTimeout: KEPT_S, departureTimeout: EMPTIED_S, metadata: JSON.stringify(record.now) },
      { name: voiceAgent ?? agentName, metadata: JSON.stringify(metadata) },
    );
  }

  #dialOf(room: string, request: DialRequest, token: string): SipDial {
    const { endpoint, callerId, displayName, ringTimeoutMs, maxDurationMs } = request;
    return {
      sipTrunkId: this.#options.sipTrunkId,
      endpoint,
      room,
      participant: room,
      callerId,
      displayName,
      attributes: { [TOKEN_ATTRIBUTE]: token },
      ringTimeoutMs,
      maxCallMs: ringTimeoutMs + maxDurationMs,
    };
  }

  /** A call that another process has dialed, or its end; null once `signal` aborts. */
  async #takeUp(identity: string, signal: AbortSignal): Promise<LiveKitCall | AttemptEnd | null> {
    const looked = await this.#lookUpForEver(identity, signal);
    if (looked === null) return null;
    const known = this.#calls.get(identity);
    if (known !== undefined) return known;
    if (!('record' in looked)) throw new Error(`Expected a call that was placed, got \`${identity}\``);
    const { record } = looked;
    if (looked.kind === 'over') return (await endOf(record, this.#options.events)) ?? uncertainEnd(record);
    const call = this.#callOf(record, true);
    call.resume(looked.person);
    void call.watch();
    return call;
  }

  async #lookUpForEver(identity: string, signal: AbortSignal): Promise<LookedUp | null> {
    const { graceMs, lookMs, longestPauseMs } = this.#timing;
    for (let pauseMs = lookMs; !signal.aborted && !this.#closed.signal.aborted; pauseMs *= 2) {
      try {
        return await lookUp(this.#client, identity, graceMs);
      } catch {
        await sleep(Math.min(pauseMs, longestPauseMs), undefined, { signal }).catch(() => undefined);
      }
    }
    return null;
  }

  /** What a crashed server has left on the list cannot be closed, and nobody is there. */
  async #close(room: string): Promise<void> {
    if (await this.#client.isServed(room)) await this.#client.deleteRoom(room);
  }

  async #isLive(identity: string): Promise<boolean> {
    const room = roomOf(identity);
    return (await this.#client.inRoom(room, room)).person !== null;
  }

  #callOf(record: DialRecord, isRecorded: boolean): LiveKitCall {
    const call = new LiveKitCall(this.#deps, record, isRecorded);
    this.#calls.set(record.identity, call);
    return call;
  }

  #forget(call: LiveKitCall): void {
    call.leave();
    this.#followers.delete(call);
    const { identity } = call.record.now;
    if (this.#calls.get(identity) === call) this.#calls.delete(identity);
  }
}
