// Part of `livekit-stub.ts`: the rooms of a LiveKit server, and who is in them.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What Twirp answers that is no success. */
export class TwirpError extends Error {
  readonly code: string;
  readonly status: number;
  readonly meta: Readonly<Record<string, string>> | undefined;

  constructor(code: string, status: number, message: string, meta?: Record<string, string>) {
    super(message);
    this.code = code;
    this.status = status;
    this.meta = meta;
  }
}

/** When the agent joins that a dispatch asks for, in milliseconds, by its name; one of any other name never does. */
const AGENTS_JOIN_MS: Readonly<Record<string, number>> = { assistant: 40, 'slow-assistant': 1_500 };

/** How long a room outlives the last person in it: LiveKit takes up to a second more than it is told. */
const CLOSING_MS = 300;

interface Participant {
  readonly identity: string;
  readonly kind: 'AGENT' | 'SIP' | 'STANDARD';
  readonly attributes: Record<string, string>;
}

interface StubRoom {
  readonly name: string;
  readonly creationTimeMs: number;
  metadata: string;
  readonly participants: Map<string, Participant>;
  readonly legs: Map<string, Leg>;
  /** A server has it; false once that has crashed. */
  isServed: boolean;
}

export interface Dispatch {
  readonly room: string;
  readonly agentName: string;
  readonly metadata: string;
}

/** The person's leg of a call. */
export class Leg {
  readonly room: string;
  readonly identity: string;
  readonly attributes: Record<string, string>;
  isGone = false;
  left: (reason: number) => void = () => undefined;
  readonly #leaves: () => void;
  readonly #gone = new AbortController();

  constructor(room: string, identity: string, attributes: object, leaves: () => void) {
    this.room = room;
    this.identity = identity;
    this.attributes = { ...attributes, 'sip.callStatus': 'dialing', 'sip.callID': `SCL_${randomUUID().slice(0, 8)}` };
    this.#leaves = leaves;
  }

  /** So long, or until the leg is over. */
  async during(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#gone.signal }).catch(() => undefined);
  }

  /** The person hangs up. */
  hangUp(): void {
    if (!this.isGone) this.attributes['sip.callStatus'] = 'hangup';
    this.leave(1);
  }

  leave(reason: number): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#gone.abort();
    this.#leaves();
    this.left(reason);
  }
}

type Body = Readonly<Record<string, unknown>>;

export class LiveKitRooms {
  /** Every agent that was asked for. */
  readonly dispatches: Dispatch[] = [];
  readonly #rooms = new Map<string, StubRoom>();
  readonly #closing = new AbortController();

  get roomNames(): readonly string[] {
    return [...this.#rooms.keys()];
  }

  person(room: string): Leg | undefined {
    return [...(this.#rooms.get(room)?.legs.values() ?? [])][0];
  }

  /** The agent says something of itself. */
  agentSays(room: string, attributes: Readonly<Record<string, string>>): void {
    Object.assign(this.#rooms.get(room)?.participants.get('agent')?.attributes ?? {}, attributes);
  }

  agentLeaves(room: string): void {
    this.#rooms.get(room)?.participants.delete('agent');
  }

  /** Somebody else comes in: a colleague whom the agent has called. */
  somebodyJoins(room: string): void {
    this.#rooms.get(room)?.participants.set('colleague', { identity: 'colleague', kind: 'STANDARD', attributes: {} });
  }

  /** A room nobody was in has been there for long enough. */
  expire(name: string): void {
    this.#rooms.delete(name);
  }

  /** The server dies and another starts: rooms and participants are still listed, and nobody has them. */
  crash(): void {
    for (const room of this.#rooms.values()) room.isServed = false;
  }

  /** What a request comes to, the dial aside. */
  protected answer(method: string, body: Body): unknown {
    const name = (body['name'] ?? body['room'] ?? '') as string;
    const room = this.#rooms.get(name);
    switch (method) {
      case 'CreateRoom':
        return this.#create(name, body);
      case 'ListRooms': {
        const names = (body['names'] ?? []) as string[];
        const rooms = [...this.#rooms.values()].filter((one) => names.length === 0 || names.includes(one.name));
        return { rooms: rooms.map(asRoom) };
      }
      case 'ListParticipants':
        return { participants: [...(room?.participants.values() ?? [])].map((one) => ({ ...one, state: 'ACTIVE' })) };
      case 'DeleteRoom':
        this.#delete(servedOf(room));
        return {};
      case 'UpdateRoomMetadata':
        servedOf(room).metadata = String(body['metadata']);
        return asRoom(servedOf(room));
      case 'ListDispatch':
        servedOf(room);
        return { agentDispatches: [] };
      case 'RemoveParticipant': {
        const identity = String(body['identity']);
        if (room?.participants.has(identity) !== true) throw new TwirpError('not_found', 404, 'no such participant');
        servedOf(room).legs.get(identity)?.leave(4);
        return {};
      }
      default:
        throw new TwirpError('bad_route', 404, `no handler for ${method}`);
    }
  }

  protected addPerson(roomName: string, identity: string, attributes: object): Leg {
    const room = this.#create(roomName, {});
    // A second leg of the same identity throws out the first.
    room.legs.get(identity)?.leave(2);
    const leg: Leg = new Leg(roomName, identity, attributes, () => this.#personLeft(room, leg));
    room.legs.set(identity, leg);
    room.participants.set(identity, { identity, kind: 'SIP', attributes: leg.attributes });
    return leg;
  }

  protected closeRooms(): void {
    this.#closing.abort();
    for (const room of this.#rooms.values()) this.#delete(room);
  }

  #create(name: string, { metadata, agents }: Body): StubRoom {
    const existing = this.#rooms.get(name);
    if (existing?.isServed) return existing;
    const creationTimeMs = existing?.creationTimeMs ?? Date.now();
    const text = typeof metadata === 'string' ? metadata : (existing?.metadata ?? '');
    const parts = { participants: new Map<string, Participant>(), legs: new Map<string, Leg>() };
    const room: StubRoom = { name, creationTimeMs, metadata: text, isServed: true, ...parts };
    this.#rooms.set(name, room);
    for (const agent of (agents ?? []) as { agentName: string; metadata?: string }[]) this.#dispatch(room, agent);
    return room;
  }

  /** Without a word where there is no such agent. */
  #dispatch(room: StubRoom, { agentName, metadata = '' }: { agentName: string; metadata?: string }): void {
    this.dispatches.push({ room: room.name, agentName, metadata });
    const joinsMs = AGENTS_JOIN_MS[agentName];
    if (joinsMs === undefined) return;
    const join = (): void => void room.participants.set('agent', { identity: 'agent', kind: 'AGENT', attributes: {} });
    void this.#after(joinsMs).then(join);
  }

  #personLeft(room: StubRoom, leg: Leg): void {
    if (room.legs.get(leg.identity) !== leg) return;
    room.legs.delete(leg.identity);
    room.participants.delete(leg.identity);
    // Agents do not count.
    const isEmpty = (): boolean => [...room.participants.values()].every(({ kind }) => kind === 'AGENT');
    void this.#after(CLOSING_MS).then(() => isEmpty() && this.#rooms.get(room.name) === room && this.#delete(room));
  }

  #delete(room: StubRoom): void {
    this.#rooms.delete(room.name);
    for (const leg of [...room.legs.values()]) leg.leave(5);
  }

  async #after(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}

const asRoom = ({ name, metadata, participants, creationTimeMs }: StubRoom) => ({
  name,
  metadata,
  creationTimeMs,
  numParticipants: participants.size,
});

function servedOf(room: StubRoom | undefined): StubRoom {
  if (room === undefined) throw new TwirpError('not_found', 404, 'requested room does not exist');
  if (!room.isServed) throw new TwirpError('unavailable', 503, 'no response from servers');
  return room;
}
