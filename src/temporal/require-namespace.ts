import type { Client } from '@temporalio/client';
import { SetUpError } from '../config/error.ts';
import { checkNamespace } from './namespace.ts';

/** @throws SetUpError that names everything that is missing in the client's namespace, and how to make it */
export async function requireNamespace(client: Client): Promise<void> {
  const problems = await checkNamespace(client.connection, client.options.namespace);
  if (problems.length > 0) throw new SetUpError(problems.join('\n'));
}
