/** `npm run setup:temporal`: gives the server that the environment chooses what Outdial needs there. */
import { Connection } from '@temporalio/client';
import { choosesServer, connectionOptions } from './connection.ts';
import { setUpNamespace } from './namespace.ts';

async function main(): Promise<boolean> {
  if (!choosesServer(process.env)) {
    throw new Error("Name the server in TEMPORAL_ADDRESS or TEMPORAL_PROFILE: Outdial's own needs no set-up");
  }
  const { connection: options, namespace } = connectionOptions(process.env);
  const address = options.address ?? 'localhost:7233';
  const connection = await Connection.connect(options).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `No Temporal server can be used at ${address} (${reason}): is it running, and is the address right?`,
      {
        cause: error,
      },
    );
  });
  try {
    const { done, problems } = await setUpNamespace(connection, namespace);
    for (const line of done) console.log(line);
    for (const line of problems) console.error(line);
    if (problems.length === 0) console.log(`${address} has all that Outdial needs in the namespace ${namespace}.`);
    return problems.length === 0;
  } finally {
    await connection.close();
  }
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
