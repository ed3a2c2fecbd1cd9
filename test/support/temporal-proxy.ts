import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { listenOn } from './listen.ts';

/** A request to Temporal, or the answer to it, on its way. */
export interface Passing {
  /** The method of Temporal's service: `UpdateWorkflowExecution`. */
  readonly method: string;
  readonly moment: 'request' | 'answer';
  /** Which one of its method, from 1. */
  readonly nth: number;
}

/** Stands between an API and Temporal, and sees each request and each answer before it goes on. */
export class TemporalProxy {
  /** What happens before something goes on: it does when this resolves. */
  before: (passing: Passing) => Promise<void> | void = () => undefined;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #counts = new Map<string, number>();

  private constructor(target: string) {
    this.#server = createServer();
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      const upstream = connect(`http://${target}`);
      const end = (): void => upstream.destroy();
      session.on('close', end);
      // A process that is killed resets its connection.
      session.on('error', end);
      upstream.on('error', () => session.destroy());
      session.on('stream', (stream, headers) => void this.#pass(stream, headers, () => upstream.request(headers)));
    });
  }

  /** @param target host and port of Temporal */
  static async start(target: string): Promise<TemporalProxy> {
    const proxy = new TemporalProxy(target);
    await listenOn(proxy.#server);
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when something is about to pass; it and all that comes after goes on once the other function is called. */
  stopAt(isIt: (passing: Passing) => boolean): { arrived: Promise<void>; goOn: () => void } {
    let goOn = (): void => undefined;
    const gone = new Promise<void>((resolve) => (goOn = resolve));
    const arrived = new Promise<void>((resolve) => {
      let isStopped = false;
      this.before = async (passing) => {
        isStopped ||= isIt(passing);
        if (!isStopped) return;
        resolve();
        await gone;
      };
    });
    return { arrived, goOn };
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    open: () => ReturnType<ReturnType<typeof connect>['request']>,
  ): Promise<void> {
    const method = headers[constants.HTTP2_HEADER_PATH]?.toString().split('/').at(-1) ?? '';
    const nth = (this.#counts.get(method) ?? 0) + 1;
    this.#counts.set(method, nth);
    stream.on('error', () => undefined);
    await this.before({ method, moment: 'request', nth });
    if (stream.destroyed) return;

    const request = open();
    request.on('error', () => stream.destroy());
    stream.on('close', () => request.close());
    stream.pipe(request);
    const [answer, flags] = (await once(request, 'response')) as [IncomingHttpHeaders, number];
    let trailers: IncomingHttpHeaders = {};
    request.on('trailers', (sent: IncomingHttpHeaders) => (trailers = sent));
    await this.before({ method, moment: 'answer', nth });
    if (stream.destroyed) return;

    // An error is told in the headers alone.
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, isAll ? { endStream: true } : { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    request.pipe(stream);
  }
}
