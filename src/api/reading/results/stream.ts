import { once } from 'node:events';
import type { Response } from 'express';
import type { ResultFormat } from './formats.ts';
import type { ResultRow } from './result-row.ts';

/**
 * Answers with rows as they come, no faster than the client takes them. Where it breaks midway the answer breaks too, and
 * never ends as if it were whole: whoever calls this destroys a response whose headers are sent. Where the client goes
 * away, it stops.
 *
 * @param read gives the rows, until the signal ends it
 */
export async function streamRows(
  response: Response,
  format: ResultFormat,
  read: (signal: AbortSignal) => AsyncIterable<readonly ResultRow[]>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    for await (const rows of read(gone.signal)) {
      const head = response.headersSent ? '' : format.head;
      // Only now: until there is something to send, an error can still be told.
      if (!response.headersSent) response.type(format.contentType);
      const isTaken = response.write(head + rows.map((row) => format.write(row)).join(''));
      if (!isTaken) await once(response, 'drain', { signal: gone.signal });
    }
    response.end();
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}
