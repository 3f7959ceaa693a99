import type { Client } from '@temporalio/client';
import { readConfig } from '../src/config.ts';
import { temporalCli } from '../src/temporal/artifact.ts';
import { findBinary } from '../src/temporal/binary.ts';
import { connectClient } from '../src/temporal/client-connection.ts';
import { startDevServer, stopDevServer } from '../src/temporal/dev-server.ts';

/** A dev server of a benchmark's own. */
export interface Temporal {
  /** host:port */
  address: string;
  client: Client;
  end: () => Promise<void>;
}

/** @param directory where it keeps what it stores */
export async function startTemporal(directory: string, progress: (line: string) => void): Promise<Temporal> {
  const { cacheDir, searchPath, temporalCli: given } = readConfig();
  const { address } = await startDevServer({
    directory,
    binary: () => findBinary(temporalCli, { given, searchPath, cacheDir, progress }),
    progress,
  });
  const { client, connection } = await connectClient(readConfig({ TEMPORAL_ADDRESS: address }));
  return {
    address,
    client,
    end: async () => {
      await connection.close();
      await stopDevServer(directory);
    },
  };
}
