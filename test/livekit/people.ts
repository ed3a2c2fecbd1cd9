// Who comes into rooms: a voice agent as far as LiveKit's dispatch goes, and somebody who stands for the person that the
// SIP bridge would bring in.
import { once } from 'node:events';
import { ServerMessage, WorkerMessage } from '@livekit/protocol';
import { Room } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { WebSocket } from 'ws';
import { KEY } from './server.ts';

const CONNECT = { autoSubscribe: false, dynacast: false };

/** A worker that is registered as a voice agent, and takes every job. */
export class AgentWorker {
  /** The metadata of each job, as they came. */
  readonly jobs: string[] = [];
  readonly #socket: WebSocket;
  readonly #url: string;
  readonly #rooms: Room[] = [];

  static async register(url: string, agentName: string): Promise<AgentWorker> {
    const token = new AccessToken(KEY.apiKey, KEY.apiSecret);
    token.addGrant({ agent: true });
    const headers = { authorization: `Bearer ${await token.toJwt()}` };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/agent`, { headers });
    await once(socket, 'open');
    const worker = new AgentWorker(url, socket);
    worker.#send(new WorkerMessage({ message: { case: 'register', value: { agentName, version: '1.0.0' } } as never }));
    await once(socket, 'message');
    return worker;
  }

  private constructor(url: string, socket: WebSocket) {
    this.#url = url;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => void this.#hear(ServerMessage.fromBinary(data)));
  }

  async close(): Promise<void> {
    this.#socket.terminate();
    for (const room of this.#rooms) await room.disconnect();
  }

  #send(message: WorkerMessage): void {
    this.#socket.send(message.toBinary());
  }

  async #hear({ message }: ServerMessage): Promise<void> {
    if (message.case === 'availability') {
      const jobId = message.value.job?.id ?? '';
      const value = { jobId, available: true, participantIdentity: `agent-${jobId}` };
      this.#send(new WorkerMessage({ message: { case: 'availability', value } as never }));
    }
    if (message.case === 'assignment') {
      this.jobs.push(message.value.job?.metadata ?? '');
      const room = new Room();
      this.#rooms.push(room);
      await room.connect(this.#url.replace('http', 'ws'), message.value.token, CONNECT);
    }
  }
}

/** Comes into a room as the SIP bridge brings a person in. */
export async function person(url: string, name: string, attributes: Record<string, string>): Promise<Room> {
  const token = new AccessToken(KEY.apiKey, KEY.apiSecret, { identity: name, attributes });
  token.addGrant({ roomJoin: true, room: name });
  token.kind = 'sip';
  const room = new Room();
  await room.connect(url.replace('http', 'ws'), await token.toJwt(), CONNECT);
  return room;
}
