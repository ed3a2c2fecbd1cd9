import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { SetUpError } from '../config/error.ts';

/** How long requests in progress have to be answered once the API stops, in milliseconds. */
const DRAIN_MS = 5_000;

/** The API, listening. */
export interface Listening {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Takes no new requests, and resolves when those in progress are answered. */
  close(): Promise<void>;
}

/**
 * Listens with an app.
 *
 * @param port 0 for any free one
 * @throws SetUpError when the port is in use or may not be used
 */
export async function listen(app: Express, host: string, port: number): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: () => close(server) };
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const another = 'choose another with OUTDIAL_PORT';
  if (error.code === 'EADDRINUSE') return new SetUpError(`Port ${port} is in use: stop what uses it, or ${another}.`);
  if (error.code === 'EACCES') return new SetUpError(`Port ${port} may not be used by this user: ${another}.`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new SetUpError(`This machine has no address ${host}: set OUTDIAL_HOST to one that it has.`);
  }
  return error;
}

async function close(server: Server): Promise<void> {
  const drained = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await drained;
  clearTimeout(timer);
}
