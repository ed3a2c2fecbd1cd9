import { setTimeout as sleep } from 'node:timers/promises';
import type { Room } from '@livekit/protocol';
import { toInstant } from '../../domain/instant.ts';
import type { LiveKitClient, Person } from './client.ts';
import { type DialRecord, readRecord, recordRoomOf, roomOf } from './rooms.ts';

/** What LiveKit has of an attempt. */
export type LookedUp =
  /** Neither a room nor a record: it was never placed, or it is forgotten. */
  | { readonly kind: 'nothing' }
  /** A room with an agent in it, or none yet: nobody was dialed. */
  | { readonly kind: 'not-dialed' }
  /** Who was about to dial has not; or LiveKit has not taken it. */
  | { readonly kind: 'not-taken' }
  /** The person is in the room: it rings, or they talk. */
  | { readonly kind: 'live'; readonly record: DialRecord; readonly person: Person }
  /** It was dialed, and is over. */
  | { readonly kind: 'over'; readonly record: DialRecord };

/** How often LiveKit is asked again meanwhile, in milliseconds. */
const AGAIN_MS = 300;

/**
 * Looks an attempt up by its two rooms. The record is made just before the dial, so without it nobody was dialed. The other
 * room stays as long as nobody but an agent was in it, and goes as soon as a person has left it, by LiveKit's own doing: so
 * a record beside an empty room means that the dial never reached LiveKit, and a record alone that the call is over. (Where
 * a server has crashed, the room is only left over from it, and means nothing.)
 *
 * @param graceMs for how long an empty room is looked at: a dial of a moment ago may be on its way still, and a room that
 *   was just left takes LiveKit two seconds to close
 * @throws as {@link LiveKitClient} does
 */
export async function lookUp(client: LiveKitClient, identity: string, graceMs: number): Promise<LookedUp> {
  const [room, recordRoom] = [roomOf(identity), recordRoomOf(identity)];
  const until = performance.now() + graceMs;
  for (;;) {
    const isLast = performance.now() >= until;
    const rooms = await client.rooms([room, recordRoom]);
    const open = rooms.find(({ name }) => name === room);
    const record = readRecord(rooms.find(({ name }) => name === recordRoom)?.metadata ?? '');
    if (open === undefined) return record === null ? { kind: 'nothing' } : { kind: 'over', record };
    if (record !== null && record.end !== null) return { kind: 'over', record };
    const { person } = await client.inRoom(room, room);
    // They may have talked for longer than a record is kept.
    if (person !== null) return { kind: 'live', record: record ?? recordFromRoom(open, identity), person };
    if (record === null) return { kind: 'not-dialed' };
    if (isLast) return (await client.isServed(room)) ? { kind: 'not-taken' } : { kind: 'over', record };
    await sleep(AGAIN_MS);
  }
}

/** As the room was made with it; or, where an agent has put something else there, as far as can be told. */
const recordFromRoom = ({ metadata, creationTimeMs }: Room, identity: string): DialRecord =>
  readRecord(metadata) ?? {
    orgId: '',
    trunk: '',
    identity,
    dialedTime: toInstant(Number(creationTimeMs)),
    // LiveKit ends it in time.
    maxDurationMs: 24 * 3_600_000,
    answeredTime: null,
    end: null,
  };
