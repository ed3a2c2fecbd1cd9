import { type ParticipantInfo, ParticipantInfo_Kind, ParticipantInfo_State, type Room } from '@livekit/protocol';
import {
  AgentDispatchClient,
  type CreateOptions,
  RoomAgentDispatch,
  RoomServiceClient,
  SipClient,
} from 'livekit-server-sdk';
import { Refused, toOurError } from './errors.ts';

/** Where a LiveKit server is, and who asks it. */
export interface LiveKitAccess {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** What LiveKit is asked to dial. */
export interface SipDial {
  readonly sipTrunkId: string;
  readonly endpoint: string;
  readonly room: string;
  readonly participant: string;
  readonly callerId: string | null;
  readonly displayName: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly ringTimeoutMs: number;
  /** From the first ring, in milliseconds. */
  readonly maxCallMs: number;
}

/** Who is in a call's room. */
export interface InRoom {
  /** The person, from the moment on that LiveKit has taken the dial; null where there is none. */
  readonly person: Person | null;
  /** Agents that have joined for good. */
  readonly agents: number;
  /** Anybody else: a colleague that the agent has handed over to. */
  readonly others: number;
  /** What an agent has said of the call, in attributes of its own that begin with `outdial.`. */
  readonly told: Readonly<Record<string, string>>;
}

export interface Person {
  /** `dialing`, `ringing`, `active`, `hangup`: LiveKit's attribute `sip.callStatus`. */
  readonly status: string;
  readonly sipCallId: string | null;
}

/** For an answer to a request other than the dial, in seconds. */
const ANSWER_S = 5;

/** How much longer than it may ring the answer to the dial is awaited, in milliseconds. */
const DIAL_MARGIN_MS = 5_000;

/**
 * LiveKit's API as far as we use it. Every error is one of `errors.ts`, and none bears a number, a name or a credential.
 * Nothing is asked twice: the SDK's own failover to other regions would dial a second time.
 */
export class LiveKitClient {
  readonly #rooms: RoomServiceClient;
  readonly #sip: SipClient;
  readonly #dispatches: AgentDispatchClient;

  constructor({ url, apiKey, apiSecret }: LiveKitAccess) {
    const options = { failover: false, requestTimeout: ANSWER_S };
    this.#rooms = new RoomServiceClient(url, apiKey, apiSecret, options);
    this.#sip = new SipClient(url, apiKey, apiSecret, options);
    this.#dispatches = new AgentDispatchClient(url, apiKey, apiSecret, options);
  }

  /** Makes a room, with an agent in it; of one that is there already, nothing changes and nobody is dispatched again. */
  async createRoom(options: Omit<CreateOptions, 'agents'>, agent: { name: string; metadata: string }): Promise<void> {
    const agents = [new RoomAgentDispatch({ agentName: agent.name, metadata: agent.metadata })];
    await asked(() => this.#rooms.createRoom({ ...options, agents }));
  }

  /** Those of the rooms that are there; all rooms where none is named. */
  async rooms(names: readonly string[]): Promise<readonly Room[]> {
    return await asked(() => this.#rooms.listRooms([...names]));
  }

  async setMetadata(room: string, metadata: string): Promise<void> {
    await asked(() => this.#rooms.updateRoomMetadata(room, metadata));
  }

  /** Does nothing where it is gone. */
  async deleteRoom(room: string): Promise<void> {
    await unlessGone(() => this.#rooms.deleteRoom(room));
  }

  /**
   * Whether a server really has the room. Rooms, and who is in them, are listed from Redis: those of a server that has
   * crashed stay on that list, and nobody is in them any more.
   */
  async isServed(room: string): Promise<boolean> {
    try {
      // Asks the server that has the room, and changes nothing.
      await asked(() => this.#dispatches.listDispatch(room));
      return true;
    } catch (error) {
      if (error instanceof Refused && ['unavailable', 'not_found'].includes(error.code)) return false;
      throw error;
    }
  }

  /** Nobody, where there is no such room. */
  async inRoom(room: string, participant: string): Promise<InRoom> {
    const all = (await unlessGone(() => this.#rooms.listParticipants(room))) ?? [];
    const agents = all.filter(({ kind }) => kind === ParticipantInfo_Kind.AGENT);
    const person = all.find(({ identity }) => identity === participant);
    return {
      person: person === undefined ? null : asPerson(person),
      agents: agents.filter(({ state }) => state === ParticipantInfo_State.ACTIVE).length,
      others: all.filter((one) => one !== person && !agents.includes(one)).length,
      told: Object.assign({}, ...agents.map(({ attributes }) => attributes)) as Record<string, string>,
    };
  }

  /** Whether there was such a participant, which now is thrown out. */
  async remove(room: string, participant: string): Promise<boolean> {
    return (await unlessGone(async () => (await this.#rooms.removeParticipant(room, participant), true))) ?? false;
  }

  /** Dials, and resolves with LiveKit's ID of the call once it is answered. */
  async dial(dial: SipDial): Promise<string> {
    const { sipCallId } = await asked(() =>
      this.#sip.createSipParticipant(dial.sipTrunkId, dial.endpoint, dial.room, {
        participantIdentity: dial.participant,
        participantAttributes: { ...dial.attributes },
        fromNumber: dial.callerId ?? undefined,
        displayName: dial.displayName ?? undefined,
        waitUntilAnswered: true,
        ringingTimeout: Math.ceil(dial.ringTimeoutMs / 1_000),
        maxCallDuration: Math.ceil(dial.maxCallMs / 1_000),
        timeout: Math.ceil((dial.ringTimeoutMs + DIAL_MARGIN_MS) / 1_000),
      }),
    );
    return sipCallId;
  }
}

const asPerson = ({ attributes }: ParticipantInfo): Person => ({
  status: attributes['sip.callStatus'] ?? 'dialing',
  sipCallId: attributes['sip.callID'] ?? null,
});

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw toOurError(error);
  }
}

/** Null where the room or the participant is not there. */
async function unlessGone<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await asked(ask);
  } catch (error) {
    if (error instanceof Refused && error.code === 'not_found') return null;
    throw error;
  }
}
