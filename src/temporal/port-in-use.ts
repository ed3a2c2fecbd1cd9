import { connect } from 'node:http2';
import { SetUpError } from '../config/error.ts';
import { isTaken } from './ports.ts';

/** A port that Outdial's own server needs is taken. The message says in one line what to do. */
export class PortInUseError extends SetUpError {
  override readonly name = 'PortInUseError';
  readonly port: number;

  constructor(port: number, message: string) {
    super(message);
    this.port = port;
  }
}

/** A local server that has not answered by then is none. */
const ANSWER_LIMIT_MS = 1_000;

/** @throws {PortInUseError} when something listens on one of the two ports. */
export async function requireFreePorts(port: number, uiPort: number): Promise<void> {
  const own = `OUTDIAL_TEMPORAL_PORT=${port + 1} OUTDIAL_TEMPORAL_UI_PORT=${uiPort + 1}`;
  if (await isTaken(port)) {
    const message = (await isTemporal(port))
      ? `Port ${port} is taken by another Temporal server: start with TEMPORAL_ADDRESS=127.0.0.1:${port} to use that one, or with ${own} to run Outdial's own beside it`
      : `Port ${port}, where Outdial's own Temporal server listens, is taken: start with ${own} to choose others, or with TEMPORAL_ADDRESS=<host:port> to use a Temporal server that you have`;
    throw new PortInUseError(port, message);
  }
  if (await isTaken(uiPort)) {
    throw new PortInUseError(
      uiPort,
      `Port ${uiPort}, where Temporal's Web UI listens, is taken: start with OUTDIAL_TEMPORAL_UI_PORT=${uiPort + 1} to choose another`,
    );
  }
}

/**
 * Whether a Temporal server listens there: it answers `GetSystemInfo`. Asked without a gRPC client, which would keep a
 * socket, and so our process, for as long as a stranger neither answers nor hangs up.
 */
function isTemporal(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const conclude = (answer: boolean): void => {
      clearTimeout(limit);
      session.destroy();
      resolve(answer);
    };
    const limit = setTimeout(() => conclude(false), ANSWER_LIMIT_MS);
    session.on('error', () => conclude(false));
    const call = session.request({
      ':method': 'POST',
      ':path': '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.on('error', () => conclude(false));
    // A gRPC server that has no such method says so in the first headers; one that has it sends its status last.
    call.on('response', (headers) => {
      const isGrpc = headers['content-type']?.startsWith('application/grpc') === true;
      conclude(isGrpc && headers['grpc-status'] === undefined);
    });
    call.end(Buffer.alloc(5)); // an empty message
  });
}
